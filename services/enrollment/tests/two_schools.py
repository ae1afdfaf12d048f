"""A school with a few people, to whom the same is said by files or by single commands; what stands of them."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.application.registering import SAID
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.rules.entry import DEFERRAL_CAUSES
from services.enrollment.domain.rules.rechecks import ITEMS
from services.enrollment.domain.rules.standing import ENTRY_OUTCOMES, YEAR_RESULTS
from services.enrollment.domain.rules.year_results import CAUSES, TUITION
from services.enrollment.domain.student_status import EXAM_NO, OUTCOME, StudentStatus
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.offices import registrar
from shared.eventstore.context import Context
from shared.eventstore.replay import history
from shared.intake.columns import CheckedRow
from shared.intake.engine import BatchRun
from shared.intake.receipts import ReceiptChain
from shared.intake.tables_changes import RECORD_COLUMNS
from shared.intake.tables_entry import DEFER
from shared.rules.refused import Refused

# what the columns of a file are called in a command
DECISION = {"WH": "decision_no", "JDRQ": "decided_on", "SXRQ": "effective_on"}
CHANGE = DECISION | {
    "XJBD": "kind", "HXRQ": "return_by", "SQRQ": "applied_on", "TYRQ": "discharged_on", "NJ": "grade",
    "ZYDM": "major_code", "ZYMC": "major_name", "YJBYRQ": "expected_graduation_date",
}  # fmt: skip
ITSELF = "(itself)"  # for the code of whichever school it is


class School:
    """One of the schools, its people, and what they have come to."""

    def __init__(self, desk: Desk, code: str, numbers: list[str]) -> None:
        self.desk, self.base, self.code, self.exam_nos = desk, desk.base, code, numbers
        self.actor = registrar(code, "r")
        keys = {admission_key(2022, each): each for each in numbers}
        owners = self.base.owners(EXAM_NO, keys)
        self.admissions = {keys[key]: owner for key, owner in owners.items()}

    def status_of(self, person: int) -> UUID | None:
        admission_id = self.admissions[self.exam_nos[person]]
        holder = self.base.owners(OUTCOME, [str(admission_id)]).get(str(admission_id))
        return None if holder in (None, admission_id) else holder

    def own(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row as this school says it."""
        return {code: self.code if value == ITSELF else value for code, value in row.items()}

    # --- one by one ---

    def singly(self, kind: str, year: int, person: int, values: Mapping[str, Any]) -> Any:
        """The rule and words of the refusal, or None."""
        asks: Callable[..., None] = getattr(self, f"ask_{kind}")
        try:
            asks(person, self.own(values), *([year] if kind == "year_results" else []))
        except Refused as refused:
            return said(refused.as_dict())
        return None

    def ask_freshman_results(self, person: int, row: Mapping[str, Any]) -> None:
        of = {"school_code": self.code, "entry_year": 2022, "exam_no": self.exam_nos[person]}
        if row["RXJG"] == "注册学籍":
            told = {name: row.get(code) for code, name in SAID.items()}
            self.desk.ask(self.base.register_student, self.actor, recheck=row["FCJG"] or "", **of, **told)
            return
        cause, until = DEFERRAL_CAUSES.get(row["BLYY"] or "", ""), row["BLZ"]
        outcome = ENTRY_OUTCOMES[row["RXJG"]]
        self.desk.ask(self.base.decide_entry, self.actor, outcome=outcome, cause=cause, until=until, **of)

    def ask_recheck_results(self, person: int, row: Mapping[str, Any]) -> None:
        items = {item: row[code] == "合格" for code, item in ITEMS.items()}
        asked = {"items": items, "rechecked_on": row["FCRQ"], "defer": row["CLYJ"] == DEFER, "until": row["BLZ"]}
        self.desk.recheck(self.exam_nos[person], actor=self.actor, **asked)

    def ask_year_results(self, person: int, row: Mapping[str, Any], year: int) -> None:
        asked = {"academic_year": year, "result": YEAR_RESULTS[row["ZCJG"]], "cause": CAUSES.get(row["ZHYY"] or "", "")}
        told = {
            "tuition": TUITION.get(row["JFQK"] or "", ""),
            "changes": row["XJBD"] or (),
            "records": row["XJJZ"] or (),
        }
        self.desk.ask(self.base.settle_year, self.actor, status_id=self.status_of(person), **asked, **told)

    def ask_status_changes(self, person: int, row: Mapping[str, Any]) -> None:
        asked = {name: row.get(code) for code, name in CHANGE.items()}
        asked |= {"cause": row.get("YY") or "", "retroactive": row.get("ZS") == "是"}
        self.desk.ask(self.desk.changes.record_change, self.actor, status_id=self.status_of(person), **asked)

    def ask_study_records(self, person: int, row: Mapping[str, Any]) -> None:
        status_id = self.status_of(person)
        for code, kind in RECORD_COLUMNS.items():
            if row[code]:
                self.desk.annotate(status_id, kind, row[code], row["JZRQ"], actor=self.actor)

    def ask_cancellations(self, person: int, row: Mapping[str, Any]) -> None:
        asked = {name: row[code] for code, name in DECISION.items()}
        asked |= {"kind": row["ZXLX"], "reason": row["YY"] or "", "proof": row["ZM"] or ""}
        proposal = self.desk.propose(self.status_of(person), actor=self.actor, **asked)
        self.desk.confirm(proposal, registrar(self.code, "second"))

    def ask_leaving_papers(self, person: int, row: Mapping[str, Any]) -> None:
        self.desk.issue(self.status_of(person), row["ZSLX"], row["ZSBH"], row["FZRQ"], actor=self.actor)

    # --- by a file ---

    def by_file(self, kind: str, year: int, told: Mapping[int, Mapping[str, Any]]) -> dict[int, Any]:
        """By person: the rule and words of the refusal, "taken" or "unchanged"."""
        params = {"entry_year": "2022", "academic_year": str(year), "training": "all"}
        batch = RegistrationBatch(
            kind=kind, digest="ab" * 32, filename="rows.csv", school_code=self.code, province=None, params=params,
            submitted_by="r",
        )  # fmt: skip
        batch.check(len(told))
        self.base.save(batch, by=Context.system("submit_file", self.base.clock.now()))
        found = [
            CheckedRow(
                number,
                {"KSH": self.exam_nos[person], **self.own(row)} | ({"XN": year} if kind == "year_results" else {}),
            )
            for number, (person, row) in enumerate(told.items(), start=2)
        ]
        for _ in BatchRun(self.base, self.desk.blobs, kinds(self.base)[kind], RegistrationBatch, batch.id).take_in(
            iter(found)
        ):
            pass
        refused = self.desk.reasons(batch.id)
        links = ReceiptChain(self.desk.blobs).backwards(self.desk.progress(batch.id).receipts_digest)
        taken = {receipt.row for _, receipts in links for receipt in receipts}
        return {
            person: said(refused[row][0].as_dict()) if row in refused else "taken" if row in taken else "unchanged"
            for row, person in enumerate(told, start=2)
        }

    # --- what stands in the end ---

    def history(self, person: int) -> list[Any]:
        """Every fact about a person, and from when it holds, but for who it is and when it was written, in order."""
        told = [
            (event.topic, plain(event.state), record.context["effective_on"])
            for each in self.records(person)
            for event, record in zip(self.events(each), history(self.base.store, [each]), strict=True)
        ]
        return [each for each in told if not each[0].endswith("Listed")]

    def records(self, person: int) -> list[UUID]:
        """The admission, the statuses that followed from it and the proposals to end them."""
        admission_id = self.admissions[self.exam_nos[person]]
        statuses = self.found("StudentStatus.Registered", "admission_id", {str(admission_id)})
        proposals = self.found("Cancellation.Proposed", "status_id", set(map(str, statuses)))
        return [admission_id, *statuses, *proposals]

    def found(self, fact: str, name: str, values: set[str]) -> list[UUID]:
        with self.base.store.reading() as cursor:
            cursor.execute(
                "SELECT originator_id, state FROM events WHERE topic LIKE %s ORDER BY originator_id", (f"%{fact}",)
            )
            told = [(UUID(str(one)), json.loads(bytes(state))) for one, state in cursor.fetchall()]
        return [one for one, state in told if state[name] in values]

    def events(self, record: UUID) -> list[Any]:
        return list(self.base.recorder.select_events(record))

    def standings(self, person: int) -> list[Any]:
        """The decision rows of a person's records, each held beside what its facts say."""
        stood = []
        for record in self.records(person):
            for kind in (Admission, StudentStatus, Cancellation):
                for version, standing in self.base.standings(kind, [record]).values():
                    again = self.base.find(kind, record)
                    assert again is None or (again.version, again.standing) == (version, standing)
                    stood.append((kind.__name__, version, masked(vars(standing))))
        return stood

    def claims(self, person: int) -> list[Any]:
        """What a person's records hold: once in the nation, or for a time."""
        ids = [str(each) for each in self.records(person)]
        held = []
        with self.base.store.reading() as cursor:
            cursor.execute(
                "SELECT originator_id::text, scope FROM claims WHERE originator_id = ANY(%s::uuid[])", (ids,)
            )
            held += [(ids.index(one), scope, None, None) for one, scope in cursor.fetchall()]
            cursor.execute(
                "SELECT originator_id::text, scope, lower(during), upper(during) FROM period_claims"
                " WHERE originator_id = ANY(%s::uuid[])", (ids,),
            )  # fmt: skip
            held += [(ids.index(one), *more) for one, *more in cursor.fetchall()]
        return sorted(held, key=str)


# who it is, and which person of the other two confirmed
OWN = frozenset((
    "admission_id", "id_key", "name_key", "sealed_person", "exam_no", "status_id", "cancellation_id", "batch_id",
    "school_code", "confirmed_by", "joint_partner",
))  # fmt: skip


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in OWN}


def plain(state: bytes) -> dict[str, Any]:
    return masked(json.loads(bytes(state)))


def said(content: Mapping[str, Any]) -> Any:
    return content["rule"], content["zh"], content["en"]
