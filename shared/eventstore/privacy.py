"""Personal data at rest: sealed under rotatable service keys or per-subject keys; found again by keyed hashes."""

import base64
import hmac
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.codes.id_documents import normalise_id_number
from shared.codes.names import name_for_matching, normalise_name
from shared.eventstore.store import Store
from shared.rules.refused import Refused

_FORM = "x1"
_NONCE = 12
_KEY_HEX = 40
FIRST_KEK = "k1"


class CannotOpen(Refused):
    """The sealed text was changed, stands in another place, or its key is not here."""

    rule = "X-PRIVACY-1"


class KeyNotHere(CannotOpen):
    """A wrapping key wrapped it that this process was not given: it was added since, or it is lost."""


class Shredded(CannotOpen):
    """The subject's key was destroyed, and with it what it sealed."""


class _Sealing(msgspec.Struct, forbid_unknown_fields=True):
    active: str
    keys: dict[str, str]


class _Assertion(msgspec.Struct, forbid_unknown_fields=True):
    public_pem: str
    private_pem: str = ""  # identity's alone: whoever has it can say who acts


class _KeysFile(msgspec.Struct, forbid_unknown_fields=True):
    pepper: str
    code_pepper: str
    statutory: _Sealing
    assertion: _Assertion
    kek: str | None = None  # the first one, known as k1
    keks: _Sealing | None = None


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation. Seals with the active statutory key, opens with every one it knows."""

    active: str
    statutory: Mapping[str, bytes] = field(repr=False)
    pepper: bytes = field(repr=False)
    code_pepper: bytes = field(repr=False)
    kek: str = field(repr=False)  # the name of the one that wraps; every one of `keks` unwraps
    keks: Mapping[str, bytes] = field(repr=False)
    assertion_private_pem: str = field(repr=False)
    assertion_public_pem: str = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ciphers", {name: AESGCM(key) for name, key in self.statutory.items()})
        if self.active not in self.statutory:
            raise ValueError(f"the active key {self.active!r} is not among the statutory keys")
        if self.kek not in self.keks:
            raise ValueError(f"the wrapping key {self.kek!r} is not among the wrapping keys")

    @classmethod
    def from_file(cls, path: Path | str) -> "Keyring":
        """Read the keys file (TOML, as `generate` writes it)."""
        found = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _KeysFile)
        return cls(
            active=found.statutory.active,
            statutory={name: base64.b64decode(key, validate=True) for name, key in found.statutory.keys.items()},
            pepper=base64.b64decode(found.pepper, validate=True),
            code_pepper=base64.b64decode(found.code_pepper, validate=True),
            kek=found.keks.active if found.keks else FIRST_KEK,
            keks=_keks(found),
            assertion_private_pem=found.assertion.private_pem,
            assertion_public_pem=found.assertion.public_pem,
        )

    @classmethod
    def generate(cls, path: Path | str) -> "Keyring":
        """Write a file of new keys, readable by its owner alone, and return them. An existing file is not touched."""
        signing = Ed25519PrivateKey.generate()
        private = signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        text = "\n".join(
            (
                "# Keys of one Xueji installation. Who has them can read every name. Back them up, never commit them.",
                *(f'{name} = "{_new_key()}"' for name in ("pepper", "code_pepper", "kek")),
                '\n[statutory]\nactive = "k1"\n\n[statutory.keys]',
                f'k1 = "{_new_key()}"',
                f'\n[assertion]\nprivate_pem = """\n{private}"""\npublic_pem = """\n{public}"""\n',
            )
        )
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return cls.from_file(path)

    def seal(self, text: str, aad: str) -> str:
        """Encrypt; `aad` names the place the text belongs to, and only there it opens again."""
        return f"{_FORM}.{self.active}.{_encrypt(self._cipher(self.active), text, aad)}"

    def open(self, sealed: str, aad: str) -> str:
        form, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        if form != _FORM or name not in self.statutory:
            raise CannotOpen
        return _decrypt(self._cipher(name), body, aad)

    def seal_person(self, person: Mapping[str, Any], id_key: str) -> str:
        return self.seal(msgspec.json.encode(dict(person)).decode(), f"person:{id_key}")

    def open_person(self, sealed: str, id_key: str) -> dict[str, Any]:
        person: dict[str, Any] = msgspec.json.decode(self.open(sealed, f"person:{id_key}"))
        return person

    def id_key(self, id_type: str, number: str) -> str:
        """The same for every way of writing one document, and telling nothing of it."""
        return self._hash(f"id\0{id_type}\0{normalise_id_number(id_type, number)}")

    def name_key(self, name: str) -> str:
        return self._hash(f"name\0{name_for_matching(normalise_name(name))}")

    def code_key(self, code: str) -> str:
        """The form in which a secret code (of a report, of a capture) is stored and looked up."""
        return hmac.digest(self.code_pepper, code.encode(), "sha256").hex()[:_KEY_HEX]

    def number_key(self, kind: str, number: str) -> str:
        """A number of some kind (a student's, a certificate's), to be recognised and never told."""
        return self._hash(f"number\0{kind}\0{number}")

    def _hash(self, text: str) -> str:
        return hmac.digest(self.pepper, text.encode(), "sha256").hex()[:_KEY_HEX]

    def _cipher(self, name: str) -> AESGCM:
        ciphers: dict[str, AESGCM] = self.__dict__["_ciphers"]
        return ciphers[name]


class SubjectKeys:
    """One key for each subject (an account): destroy the key, and what it sealed is gone from every backup of facts."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store.keys
        self._active = keyring.kek
        self._wrapping = {name: AESGCM(key) for name, key in keyring.keks.items()}

    def seal(self, subject: str, text: str, aad: str) -> str:
        """Encrypt under the subject's key, made on first use."""
        return f"s1.{_encrypt(self._key(subject) or self._create(subject), text, aad)}"

    def open(self, subject: str, sealed: str, aad: str) -> str:
        form, _, body = sealed.partition(".")
        key = self._key(subject)
        if form != "s1" or key is None:
            raise CannotOpen
        return _decrypt(key, body, aad)

    def open_all(self, subject: str, sealed: Sequence[tuple[str, str]]) -> list[str | None]:
        """Several texts and their places with one look at the key; None for each that does not open."""
        try:
            key = self._key(subject)
        except CannotOpen:
            key = None
        return [_opened(key, text, aad) for text, aad in sealed]

    def shred(self, subject: str) -> None:
        """Destroy the subject's key for good."""
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO subject_keys (subject, shredded_at) VALUES (%s, now())"
                " ON CONFLICT (subject) DO UPDATE SET wrapped = NULL,"
                " shredded_at = coalesce(subject_keys.shredded_at, now())",
                (subject,),
            )

    def _key(self, subject: str) -> AESGCM | None:
        with self._store.reading() as cursor:
            cursor.execute("SELECT wrapped, kek FROM subject_keys WHERE subject = %s", (subject,))
            row = cursor.fetchone()
        if row is None:
            return None
        if row[0] is None:
            raise Shredded
        return AESGCM(self._unwrapped(subject, bytes(row[0]), row[1]))

    def _unwrapped(self, subject: str, wrapped: bytes, kek: str) -> bytes:
        if kek not in self._wrapping:
            raise KeyNotHere
        try:
            return self._wrapping[kek].decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject.encode())
        except InvalidTag as error:
            raise CannotOpen from error

    def _wrapped(self, subject: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._wrapping[self._active].encrypt(nonce, key, subject.encode())

    def rewrap(self, *, at_once: int = 500) -> int:
        """Wrap some keys anew that the active wrapping key did not wrap; 0 when none is left.

        What is shredded meanwhile stays so: only the very wrapping that was read is replaced. What a wrapping key
        wrapped that is not here is passed over; `lost` counts it.
        """
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT subject, wrapped, kek FROM subject_keys"
                " WHERE wrapped IS NOT NULL AND kek <> %s AND kek = ANY(%s) ORDER BY subject LIMIT %s",
                (self._active, list(self._wrapping), at_once),
            )
            found = cursor.fetchall()
            for subject, wrapped, kek in found:
                anew = self._wrapped(subject, self._unwrapped(subject, bytes(wrapped), kek))
                cursor.execute(
                    "UPDATE subject_keys SET wrapped = %s, kek = %s WHERE subject = %s AND wrapped = %s",
                    (anew, self._active, subject, wrapped),
                )
        return len(found)

    def lost(self) -> dict[str, int]:
        """How many keys each wrapping key has wrapped that is not here."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT kek, count(*) FROM subject_keys WHERE wrapped IS NOT NULL AND kek <> ALL(%s) GROUP BY kek",
                (list(self._wrapping),),
            )
            return dict(cursor.fetchall())

    def _create(self, subject: str) -> AESGCM:
        wrapped = self._wrapped(subject, AESGCM.generate_key(256))
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO subject_keys (subject, wrapped, kek) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (subject, wrapped, self._active),
            )
        # Another process may have been first: the stored key is the key.
        created = self._key(subject)
        if created is None:
            raise CannotOpen
        return created


def add_wrapping_key(path: Path | str) -> str:
    """Add a new wrapping key to a file of keys and make it the one that wraps; those before it go on unwrapping.

    The new file is begun before the old one is read: of two at once the later one is refused (FileExistsError), and
    never writes over a key that may have wrapped something by then.
    """
    path, beside = Path(path), Path(f"{path}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        try:
            name, text = _with_another_kek(path.read_text(encoding="utf-8"))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # a power cut leaves the old file or the new one, and never an empty one
            owner = path.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            Keyring.from_file(beside)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    return name


def _with_another_kek(text: str) -> tuple[str, str]:
    """The name of the new wrapping key, and the file with it."""
    found = msgspec.convert(tomllib.loads(text), _KeysFile)
    name = f"k{1 + max(int(each[1:]) for each in _keks(found))}"
    lines = [line for line in text.partition("\n[keks]\n")[0].splitlines() if line]
    table = {**(found.keks.keys if found.keks else {}), name: _new_key()}
    lines += [
        "",
        "[keks]",
        f'active = "{name}"',
        "",
        "[keks.keys]",
        *(f'{each} = "{key}"' for each, key in table.items()),
    ]
    return name, "\n".join(lines) + "\n"


def _keks(found: _KeysFile) -> dict[str, bytes]:
    """Every wrapping key of a file by its name."""
    named = ({FIRST_KEK: found.kek} if found.kek else {}) | (found.keks.keys if found.keks else {})
    return {name: base64.b64decode(key, validate=True) for name, key in named.items()}


def _opened(key: AESGCM | None, sealed: str, aad: str) -> str | None:
    form, _, body = sealed.partition(".")
    if form != "s1" or key is None:
        return None
    try:
        return _decrypt(key, body, aad)
    except CannotOpen:
        return None


def _new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _encrypt(cipher: AESGCM, text: str, aad: str) -> str:
    nonce = os.urandom(_NONCE)
    return base64.urlsafe_b64encode(nonce + cipher.encrypt(nonce, text.encode(), aad.encode())).decode()


def _decrypt(cipher: AESGCM, body: str, aad: str) -> str:
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], aad.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error
