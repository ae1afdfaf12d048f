"""An admission as a row of a list says it, and the row of a list that an admission stands for."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from services.enrollment.domain.admission import TERMS
from services.enrollment.domain.rules.entry import ORDINARY
from services.enrollment.domain.rules.preparatory import KINDS
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.codes.tables import is_ordinary_full_time
from shared.eventstore.privacy import Keyring
from shared.intake.columns import Values

NO_MAJOR_CODE: Final = "000000"
_KIND_WORDS: Final = {kind: word for word, kind in KINDS.items()}
# A sealing is another text each time, whatever was sealed
COMPARED: Final = tuple(name for name in TERMS if name != "sealed_person")


def person_of(values: Values) -> dict[str, Any]:
    """Who a row is about: what is kept sealed."""
    person = {
        "name": values["XM"],
        "id_type": values["ZJLX"],
        "id_number": values["SFZH"],
        "birth_date": values["CSRQ"].isoformat(),
        "sex": values["XB"],
        "ethnicity": values["MZ"],
    }
    if country := values.get("GJDQ"):
        person["country"] = country
    return person


def listed_values(keyring: Keyring, values: Values, *, batch_id: str, province: str) -> dict[str, Any]:
    """The fields of `Admission.Listed`, in the order of the fact, which is then stored as it is."""
    id_key = keyring.id_key(values["ZJLX"], values["SFZH"])
    entry: date = values["RXRQ"]
    flagged = values.get("ZXJH") == "是"
    kind = values["LQLX"] or ("" if flagged else ORDINARY)
    return {
        "batch_id": batch_id,
        "province": province,
        "exam_no": values["KSH"],
        "school_code": values["YXDM"],
        "school_name": values["YXMC"],
        "id_key": id_key,
        "name_key": keyring.name_key(values["XM"]),
        "sealed_person": keyring.seal_person(person_of(values), id_key),
        "level": values["CC"],
        "category": values["XLLB"],
        "study_form": values["XXXS"],
        "full_time": is_ordinary_full_time(values["XLLB"], values["XXXS"]),
        "major_code": values["ZYDM"] or NO_MAJOR_CODE,
        "major_name": values["ZYMC"],
        "duration": values["XZ"],
        "entry_date": entry,
        "expected_graduation_date": values["YJBYRQ"] or date(entry.year + int(float(values["XZ"])), 7, 1),
        "admission_type": kind,
        "special_plan": flagged or kind != ORDINARY,
        "special_kind": values.get("TSLB") or "",
        "preparatory": KINDS.get(values.get("YKLB") or "", ""),
        "training_school": values.get("PYXX") or "",
        "joint_partner": values.get("LHXX") or "",
        "previous_school": values.get("YBYXX"),
        "previous_certificate_no": values.get("YZSBH"),
    }


def row_values(basis: AdmissionStanding, person: Mapping[str, Any]) -> Values:
    """The row by which an admission would be listed today; the other way round of `listed_values`."""
    return {
        "YXDM": basis.school_code,
        "YXMC": basis.school_name,
        "KSH": basis.exam_no,
        "XM": person["name"],
        "XB": person["sex"],
        "CSRQ": date.fromisoformat(person["birth_date"]),
        "ZJLX": person["id_type"],
        "SFZH": person["id_number"],
        "MZ": person["ethnicity"],
        "ZYDM": None if basis.major_code == NO_MAJOR_CODE else basis.major_code,
        "ZYMC": basis.major_name,
        "CC": basis.level,
        "XZ": basis.duration,
        "XXXS": basis.study_form,
        "XLLB": basis.category,
        "LQLX": basis.admission_type or None,
        "RXRQ": basis.entry_date,
        "YJBYRQ": basis.expected_graduation_date,
        "ZXJH": "是" if basis.special_plan else "否",
        "YKLB": _KIND_WORDS.get(basis.preparatory),
        "PYXX": basis.training_school or None,
        "LHXX": basis.joint_partner or None,
        "YBYXX": basis.previous_school,
        "YZSBH": basis.previous_certificate_no,
        "GJDQ": person.get("country"),
        **({"TSLB": basis.special_kind} if basis.special_kind else {}),
    }


def says_the_same(keyring: Keyring, basis: AdmissionStanding, listed: Mapping[str, Any], values: Values) -> bool:
    """Whether an admission says already what a row says, but for the sealing."""
    if any(getattr(basis, name) != listed[name] for name in COMPARED):
        return False
    return keyring.open_person(basis.sealed_person, basis.id_key) == person_of(values)
