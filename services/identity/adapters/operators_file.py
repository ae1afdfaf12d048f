"""The operators of the demo profile, read from a TOML file; where there is no file there are no operators.

[[operator]]
id = "pku-registrar-1"
role = "registrar"
level = "school"
kind = "all"
org = "4111010001"
key_sha256 = "hexadecimal SHA-256 of the operator's key"
"""

import tomllib
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Final

import msgspec

from services.identity.application.holders import Holder
from shared.access.permission import ROLES

SUBJECT: Final = "operator:"
_OFFICES: Final = {"province_education": "education-", "province_admissions": "admissions-"}
_NOBODY = "0" * 64


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    role: str
    org: str
    key_sha256: str
    level: str = "school"
    kind: str = "all"
    name: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    operator: list[_Entry]


class OperatorsFile:
    """Named operators and the hashes of their keys. Keys are long random texts, so a plain hash suffices."""

    def __init__(self, path: Path) -> None:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
        self._entries = {entry.id: entry for entry in found.operator}
        if len(self._entries) != len(found.operator):
            raise ValueError("an operator's id appears twice")
        for entry in found.operator:
            if entry.role not in ROLES or entry.role in {"student", "system"} or len(entry.key_sha256) != len(_NOBODY):
                raise ValueError(f"the entry of operator {entry.id} is not complete")

    def find(self, operator_id: str, key: str) -> Holder | None:
        """The operator whose key this is; unknown ids take the same path."""
        entry = self._entries.get(operator_id)
        given = sha256(key.encode()).hexdigest()
        if not compare_digest(given, entry.key_sha256.lower() if entry else _NOBODY) or entry is None:
            return None
        return _holder(entry)

    def named(self, name: str) -> Holder | None:
        """The operator of this id."""
        entry = self._entries.get(name)
        return _holder(entry) if entry else None

    def of(self, subject: str) -> Holder | None:
        """The operator behind a subject."""
        return self.named(subject.removeprefix(SUBJECT)) if subject.startswith(SUBJECT) else None


def _holder(entry: _Entry) -> Holder:
    office = _OFFICES.get(entry.role, "") + entry.org
    return Holder(f"{SUBJECT}{entry.id}", entry.id, entry.role, entry.level, entry.kind, entry.org, office)
