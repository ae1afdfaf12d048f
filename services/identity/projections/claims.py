"""Claims, their steps and their pictures as rows."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from services.identity.domain.identity_claim import IdentityClaim
from shared.eventstore.aggregate import facts_of
from shared.eventstore.projection import Projection, Route, Row, on

_OPENED: Final = (
    "kind", "id_type", "id_key", "name_key", "sealed_person", "sealed_statement", "person_id", "account_id",
    "opened_at",
)  # fmt: skip


class ClaimRegister(Projection):
    """Every claim to an identity and where it stands (AC-11)."""

    table: ClassVar[str] = "claim_register"
    key: ClassVar[tuple[str, ...]] = ("claim_id",)
    columns: ClassVar[tuple[str, ...]] = (
        *_OPENED, "state", "sealed_appeal", "other_account_id", "since", "handed_in_at", "due_on", "unknown_year",
        "overdue_on", "reviewer", "more_until", "reason", "decided_at", "decided_by", "decided_how", "late", "appeal",
        "appellant", "appeal_until", "appeal_reason", "settled", "version", "rank", "queued_at", "appeal_waits",
    )  # fmt: skip

    @on(IdentityClaim.Opened)
    def opened(self, row: Row | None, fact: IdentityClaim.Opened) -> Row:
        empty = ("reviewer", "reason", "decided_by", "decided_how", "appeal", "appellant", "appeal_reason")
        return {
            "claim_id": fact.originator_id,
            **{name: getattr(fact, name) for name in _OPENED},
            **dict.fromkeys(empty, ""),
            "state": "opened" if fact.person_id is None else "open",
            "since": fact.opened_at,
            "late": False,
            "rank": 0,
            "appeal_waits": False,
            "settled": False,
            "version": fact.originator_version,
        }

    @on(IdentityClaim.CodeIssued, IdentityClaim.CodeMissed)
    def code_used(self, row: Row | None, fact: Any) -> Row:
        return _moved(row, fact)

    @on(IdentityClaim.ContactProven)
    def contact_proven(self, row: Row | None, fact: IdentityClaim.ContactProven) -> Row:
        return _moved(row, fact, state="open", since=fact.at)

    @on(IdentityClaim.KnowledgeTried)
    def knowledge_tried(self, row: Row | None, fact: IdentityClaim.KnowledgeTried) -> Row:
        now = fact.right and fact.claims
        return _moved(row, fact, state="proven", since=fact.at) if now else _moved(row, fact)

    @on(IdentityClaim.EvidenceAdded)
    def evidence_added(self, row: Row | None, fact: IdentityClaim.EvidenceAdded) -> Row:
        if (row or {})["state"] in ("more_evidence", "queued"):
            return _moved(row, fact)
        return _moved(row, fact, state="evidence_uploaded", since=fact.at)

    @on(IdentityClaim.HandedIn)
    def handed_in(self, row: Row | None, fact: IdentityClaim.HandedIn) -> Row:
        return _moved(row, fact, state="in_review", since=fact.at, handed_in_at=fact.at, reviewer="", **_clock(fact))

    @on(IdentityClaim.Queued)
    def queued(self, row: Row | None, fact: IdentityClaim.Queued) -> Row:
        return _moved(row, fact, state="queued", since=fact.at, queued_at=fact.at, rank=fact.rank)

    @on(IdentityClaim.TurnCame)
    def turn_came(self, row: Row | None, fact: IdentityClaim.TurnCame) -> Row:
        state = "proven" if fact.proven else "in_review"
        return _moved(row, fact, state=state, since=fact.at, handed_in_at=fact.at, reviewer="", **_clock(fact))

    @on(IdentityClaim.SentBack)
    def sent_back(self, row: Row | None, fact: IdentityClaim.SentBack) -> Row:
        return _moved(row, fact, state=fact.state, since=fact.at)

    @on(IdentityClaim.ClassmatesAsked, IdentityClaim.Vouched, IdentityClaim.VouchTakenBack)
    def classmates_helped(self, row: Row | None, fact: Any) -> Row:
        return _moved(row, fact)

    @on(IdentityClaim.AppealTurnCame)
    def appeal_turn_came(self, row: Row | None, fact: IdentityClaim.AppealTurnCame) -> Row:
        return _moved(row, fact, appeal_waits=False)

    @on(IdentityClaim.Taken)
    def taken(self, row: Row | None, fact: IdentityClaim.Taken) -> Row:
        return _moved(row, fact, reviewer=fact.reviewer)

    @on(IdentityClaim.DocumentCompared)
    def compared(self, row: Row | None, fact: IdentityClaim.DocumentCompared) -> Row:
        return _moved(row, fact)

    @on(IdentityClaim.PutBack)
    def put_back(self, row: Row | None, fact: IdentityClaim.PutBack) -> Row:
        return _moved(row, fact, reviewer="")

    @on(IdentityClaim.MoreAsked)
    def more_asked(self, row: Row | None, fact: IdentityClaim.MoreAsked) -> Row:
        clock = {"due_on": None, "unknown_year": None, "overdue_on": None, "more_until": fact.until}
        return _moved(row, fact, state="more_evidence", since=fact.at, reason=fact.reason, **clock)

    @on(IdentityClaim.Granted)
    def granted(self, row: Row | None, fact: IdentityClaim.Granted) -> Row:
        names = ("account_id", "person_id", "other_account_id")
        accounts = {name: getattr(fact, name) for name in names}
        return _decided(row, fact, state="granted", decided_how=fact.how, **accounts)

    @on(IdentityClaim.Denied)
    def denied(self, row: Row | None, fact: IdentityClaim.Denied) -> Row:
        return _decided(row, fact, state="denied", decided_how="review")

    @on(IdentityClaim.RecordsDisputed)
    def records_disputed(self, row: Row | None, fact: IdentityClaim.RecordsDisputed) -> Row:
        return _moved(row, fact)

    @on(IdentityClaim.Withdrawn)
    def withdrawn(self, row: Row | None, fact: IdentityClaim.Withdrawn) -> Row:
        return _moved(row, fact, state="withdrawn", since=fact.at, due_on=None)

    @on(IdentityClaim.Lapsed)
    def lapsed(self, row: Row | None, fact: IdentityClaim.Lapsed) -> Row:
        return _moved(row, fact, state="lapsed", since=fact.at, due_on=None)

    @on(IdentityClaim.Overdue)
    def overdue(self, row: Row | None, fact: IdentityClaim.Overdue) -> Row:
        return _moved(row, fact, overdue_on=fact.found_on)

    @on(IdentityClaim.Appealed)
    def appealed(self, row: Row | None, fact: IdentityClaim.Appealed) -> Row:
        clock = {"due_on": fact.due_on, "unknown_year": fact.unknown_year, "overdue_on": None}
        said = {"appeal": "open", "appellant": fact.side, "sealed_appeal": fact.sealed_statement}
        return _moved(row, fact, since=fact.at, appeal_waits=not fact.claims, **clock, **said)

    @on(IdentityClaim.AppealDecided)
    def appeal_decided(self, row: Row | None, fact: IdentityClaim.AppealDecided) -> Row:
        won = fact.outcome == "reversed" and (row or {})["appellant"] == "claimant"
        mine = {"account_id": fact.account_id, "person_id": fact.person_id} if won else {}
        return _moved(row, fact, since=fact.at, appeal=fact.outcome, appeal_reason=fact.reason, due_on=None, **mine)

    @on(IdentityClaim.Settled)
    def settled(self, row: Row | None, fact: IdentityClaim.Settled) -> Row:
        # what was sealed cannot be opened any more: the row need not keep it either
        gone = dict.fromkeys(("sealed_person", "sealed_statement", "sealed_appeal"))
        return _moved(row, fact, settled=True, **gone)


class ClaimSteps(Projection):
    """One row for every step of a claim that its asker is told of."""

    table: ClassVar[str] = "claim_steps"
    key: ClassVar[tuple[str, ...]] = ("claim_id", "number")
    columns: ClassVar[tuple[str, ...]] = ("step", "role", "reason", "taken_at")

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        return _STEPS.get(fact_type, ())


class ClaimEvidence(Projection):
    """The pictures of claims: whose, of what, and where the sealed file is."""

    table: ClassVar[str] = "claim_evidence"
    key: ClassVar[tuple[str, ...]] = ("evidence_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "claim_id", "role", "digest", "sealed_key", "size", "width", "height", "added_at",
    )  # fmt: skip

    @on(IdentityClaim.EvidenceAdded, key=lambda fact: (fact.evidence_id,), whole=True)
    def added(self, row: Row | None, fact: IdentityClaim.EvidenceAdded) -> Row:
        names = ("role", "digest", "sealed_key", "size", "width", "height")
        said = {name: getattr(fact, name) for name in names}
        return {"claim_id": fact.originator_id, "added_at": fact.at, **said}


class ClaimVouchers(Projection):
    """Who vouches for whoever claims a document, and from which school (AC-9)."""

    table: ClassVar[str] = "claim_vouchers"
    key: ClassVar[tuple[str, ...]] = ("vouch_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "claim_id", "person_id", "account_id", "school_code", "school_name", "vouched_at", "taken_back_at",
    )  # fmt: skip

    @on(IdentityClaim.Vouched, key=lambda fact: (fact.vouch_id,))
    def vouched(self, row: Row | None, fact: IdentityClaim.Vouched) -> Row:
        names = ("vouch_id", "person_id", "account_id", "school_code", "school_name")
        said = {name: getattr(fact, name) for name in names}
        return {**said, "claim_id": fact.originator_id, "vouched_at": fact.at, "taken_back_at": None}

    @on(IdentityClaim.VouchTakenBack, key=lambda fact: (fact.vouch_id,))
    def taken_back(self, row: Row | None, fact: IdentityClaim.VouchTakenBack) -> Row | None:
        return row and {**row, "taken_back_at": fact.at}


def _clock(fact: Any) -> dict[str, Any]:
    return {"due_on": fact.due_on, "unknown_year": fact.unknown_year, "overdue_on": None, "more_until": None}


def _step(row: Row | None, fact: Any) -> Row:
    return {
        "claim_id": fact.originator_id,
        "number": fact.originator_version,
        "step": fact.TOPIC.rpartition(".")[2],
        "role": fact.context["actor_role"],
        "reason": getattr(fact, "reason", ""),
        "taken_at": fact.context["recorded_at"],
    }


_STEP = (Route(_step, key=lambda fact: (fact.originator_id, fact.originator_version)),)
_UNTOLD = ("Created", "CodeIssued", "CodeMissed", "DocumentCompared")
_STEPS = {fact: _STEP for name, fact in facts_of(IdentityClaim).items() if name not in _UNTOLD}


def _moved(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}


def _decided(row: Row | None, fact: Any, **values: Any) -> Row:
    said = {name: getattr(fact, name) for name in ("reason", "decided_by", "late", "appeal_until")}
    return _moved(row, fact, since=fact.at, decided_at=fact.at, due_on=None, **said, **values)
