"""Sealing, opening, keyed look-ups, shredding."""

import base64
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import xueji
from shared.codes.malformed import Malformed
from shared.eventstore import privacy
from shared.eventstore.privacy import CannotOpen, Keyring, Shredded, SubjectKeys, add_wrapping_key
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store, migrate, migrate_keys


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.generate(tmp_path / "keys.toml")


@pytest.mark.asvs("11.3.3")
def test_a_sealed_text_opens_in_its_own_place_only(keyring: Keyring) -> None:
    sealed = keyring.seal("欧阳·𠮷", "person:1")
    assert sealed.startswith("x1.k1.")
    assert "欧阳" not in sealed
    assert keyring.open(sealed, "person:1") == "欧阳·𠮷"
    with pytest.raises(CannotOpen):
        keyring.open(sealed, "person:2")


@pytest.mark.rule("X-PRIVACY-1")
@pytest.mark.parametrize("broken", ["", "x1.k1.", "x1.k1.AAAA", "x1.k9.AAAA", "x0.k1.AAAA", "x1.k1.***", "plain"])
def test_what_was_not_sealed_here_is_refused(keyring: Keyring, broken: str) -> None:
    """Given a text that was not sealed here, when it is opened, then it is refused."""
    with pytest.raises(CannotOpen):
        keyring.open(broken, "person:1")


@pytest.mark.asvs("11.3.4")
def test_sealing_twice_never_gives_the_same_text(keyring: Keyring) -> None:
    sealed = [keyring.seal("a", "b") for _ in range(2_000)]
    nonces = {base64.urlsafe_b64decode(each.rpartition(".")[2])[:12] for each in sealed}
    assert len(nonces) == len(set(sealed)) == len(sealed)


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    old = Keyring.generate(path)
    sealed = old.seal("name", "place")
    added = 'k2 = "' + "A" * 43 + '="\n'
    text = (
        path.read_text()
        .replace('active = "k1"', 'active = "k2"')
        .replace("[statutory.keys]\n", f"[statutory.keys]\n{added}")
    )
    path.write_text(text)
    new = Keyring.from_file(path)
    assert new.open(sealed, "place") == "name"
    assert new.seal("name", "place").startswith("x1.k2.")


def test_the_file_is_its_owners_alone_and_never_overwritten(tmp_path: Path, keyring: Keyring) -> None:
    path = tmp_path / "keys.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.from_file(path) == keyring
    with pytest.raises(FileExistsError):
        Keyring.generate(path)


def test_a_keyring_does_not_print_its_keys(keyring: Keyring) -> None:
    assert repr(keyring) == "Keyring(active='k1')"


def test_fifteen_digits_and_eighteen_are_one_person(keyring: Keyring) -> None:
    assert keyring.id_key("1", "110105491231002") == keyring.id_key("1", "11010519491231002x")
    assert len(keyring.id_key("1", "11010519491231002X")) == 40
    assert keyring.id_key("1", "11010519491231002X") != keyring.id_key("A", "11010519491231002X")


def test_two_spellings_of_a_name_are_one_name(keyring: Keyring) -> None:
    assert keyring.name_key("阿卜杜拉•买买提") == keyring.name_key("阿卜杜拉·买买提")
    with pytest.raises(Malformed):
        keyring.name_key("张?")


def test_a_person_is_bound_to_the_own_id_key(keyring: Keyring) -> None:
    sealed = keyring.seal_person({"name": "张三"}, "key-a")
    assert keyring.open_person(sealed, "key-a") == {"name": "张三"}
    with pytest.raises(CannotOpen):
        keyring.open_person(sealed, "key-b")


def test_codes_and_ids_are_hashed_under_different_peppers(keyring: Keyring) -> None:
    assert keyring.code_key("G1234") != keyring._hash("G1234")


@pytest.fixture
def subject_keys(postgres_url: str, keyring: Keyring) -> Iterator[SubjectKeys]:
    migrate(postgres_url)
    store = Store(postgres_url)
    yield SubjectKeys(store, keyring)
    store.close()


@pytest.mark.asvs("14.2.7")
@pytest.mark.servers
def test_a_shredded_subject_is_gone_and_others_stay(subject_keys: SubjectKeys) -> None:
    mine = subject_keys.seal("account-1", "13800000000", "phone")
    yours = subject_keys.seal("account-2", "13900000000", "phone")
    assert subject_keys.open("account-1", mine, "phone") == "13800000000"
    subject_keys.shred("account-1")
    with pytest.raises(Shredded):
        subject_keys.open("account-1", mine, "phone")
    with pytest.raises(Shredded):
        subject_keys.seal("account-1", "again", "phone")
    assert subject_keys.open("account-2", yours, "phone") == "13900000000"


@pytest.mark.asvs("11.3.3")
@pytest.mark.servers
def test_one_subjects_text_does_not_open_for_another(subject_keys: SubjectKeys) -> None:
    sealed = subject_keys.seal("account-1", "text", "phone")
    subject_keys.seal("account-2", "text", "phone")
    with pytest.raises(CannotOpen):
        subject_keys.open("account-2", sealed, "phone")
    with pytest.raises(CannotOpen):
        subject_keys.open("account-3", sealed, "phone")


def test_a_new_wrapping_key_takes_over_while_the_old_one_still_unwraps(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    before = Keyring.generate(path)
    assert add_wrapping_key(path) == "k2"
    assert add_wrapping_key(path) == "k3"
    after = Keyring.from_file(path)
    assert (before.kek, after.kek, sorted(after.keks)) == ("k1", "k3", ["k1", "k2", "k3"])
    assert after.open(before.seal("name", "place"), "place") == "name"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "=" not in repr(after).replace("active=", "")


@pytest.mark.asvs("11.1.1")
@pytest.mark.servers
def test_every_key_is_wrapped_anew_and_what_was_shredded_stays_so(postgres_url: str, tmp_path: Path) -> None:
    migrate(postgres_url)
    path, store = tmp_path / "keys.toml", Store(postgres_url)
    old = SubjectKeys(store, Keyring.generate(path))
    sealed = {f"account-{number}": old.seal(f"account-{number}", f"text {number}", "phone") for number in range(5)}
    old.shred("account-4")
    add_wrapping_key(path)
    new = SubjectKeys(store, Keyring.from_file(path))
    assert new.open("account-0", sealed["account-0"], "phone") == "text 0", "both are accepted meanwhile"
    fresh = new.seal("account-9", "text 9", "phone")
    with pytest.raises(CannotOpen):
        old.open("account-9", fresh, "phone")
    assert [new.rewrap(at_once=3) for _ in range(3)] == [3, 1, 0]
    for number in range(4):
        assert new.open(f"account-{number}", sealed[f"account-{number}"], "phone") == f"text {number}"
    with pytest.raises(Shredded):
        new.open("account-4", sealed["account-4"], "phone")
    with pytest.raises(CannotOpen):  # the old wrapping key is of no use any more
        old.open("account-0", sealed["account-0"], "phone")
    store.close()


def test_of_two_who_add_a_wrapping_key_at_once_one_is_refused_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given somebody in the middle of adding a wrapping key, when another one adds one, then he is refused; a key that
    was told of is in the file."""
    path, made = tmp_path / "keys.toml", privacy._new_key
    Keyring.generate(path)

    def meanwhile() -> str:
        monkeypatch.setattr(privacy, "_new_key", made)
        with pytest.raises(FileExistsError):
            add_wrapping_key(path)
        return made()

    monkeypatch.setattr(privacy, "_new_key", meanwhile)
    assert add_wrapping_key(path) == "k2"
    assert add_wrapping_key(path) == "k3"
    assert set(Keyring.from_file(path).keks) == {"k1", "k2", "k3"}
    Path(f"{path}.new").write_text("cut off")
    said = CliRunner().invoke(xueji, ["keys", "new-kek", str(path)])
    assert (said.exit_code, "delete it" in said.output) == (1, True)


@pytest.mark.servers
def test_a_lost_wrapping_key_holds_up_nobody_elses(postgres_url: str, tmp_path: Path) -> None:
    """Given a subject whose wrapping key is lost, when all are wrapped anew, then the others are, and it is counted."""
    migrate(postgres_url)
    path = tmp_path / "keys.toml"
    first = Keyring.generate(path)
    add_wrapping_key(path)
    second = Keyring.from_file(path)
    add_wrapping_key(path)
    third = Keyring.from_file(path)
    store = Store(postgres_url)
    for subject, keyring in (("a", first), ("b", second), ("c", first)):
        SubjectKeys(store, keyring).seal(subject, "text", "place")
    keys = SubjectKeys(store, replace(third, keks={name: key for name, key in third.keks.items() if name != "k2"}))
    while keys.rewrap():
        pass
    with store.reading() as cursor:
        cursor.execute("SELECT subject, kek FROM subject_keys")
        assert dict(cursor.fetchall()) == {"a": "k3", "b": "k2", "c": "k3"}
    assert keys.lost() == {"k2": 1}
    store.close()


@pytest.mark.servers
def test_keys_may_lie_in_a_database_of_their_own(databases: Any, keyring: Keyring) -> None:
    """Nothing in the service's own database opens what was sealed; and both tables have one shape."""
    facts_url, keys_url = databases.fresh("", migrate), databases.fresh("keys", migrate_keys)
    store = Store(StoreSettings(facts_url, keys_url=keys_url))
    apart = SubjectKeys(store, keyring)
    sealed = apart.seal("account-1", "13800000000", "phone")
    assert apart.open("account-1", sealed, "phone") == "13800000000"
    beside = SubjectKeys(Store(facts_url), keyring)
    with pytest.raises(CannotOpen):
        beside.open("account-1", sealed, "phone")
    apart.shred("account-1")
    with pytest.raises(Shredded):
        apart.open("account-1", sealed, "phone")
    shapes = []
    for each in (store, store.keys):
        with each.reading() as cursor:
            cursor.execute(
                "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
                " WHERE table_name = 'subject_keys' ORDER BY 1"
            )
            shapes.append(cursor.fetchall())
    assert shapes[0] == shapes[1]
    store.close()
    databases.drop(facts_url)
    databases.drop(keys_url)


@pytest.mark.asvs("11.3.2", "11.3.3")
@pytest.mark.servers
def test_a_field_does_not_open_in_the_place_of_another(subject_keys: SubjectKeys) -> None:
    sealed = subject_keys.seal("account-1", "13800000000", "account:contact")
    with pytest.raises(CannotOpen):
        subject_keys.open("account-1", sealed, "account:person")
    assert sealed.startswith("s1."), "the form is named, so that another cipher can come"
