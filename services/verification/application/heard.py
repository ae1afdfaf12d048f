"""What verification hears: every publisher's fact becomes one of its own."""

from collections.abc import Sequence
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.domain import AggregateEvent

from services.verification.domain.person_merge import MergeStanding, PersonMerge
from services.verification.domain.qualification_record import QualificationRecord
from services.verification.domain.status_record import StatusRecord
from shared.eventstore.application import Application, ChangedMeanwhile, Heard
from shared.eventstore.bulk import Draft
from shared.eventstore.context import Context
from shared.eventstore.facts import codec_of

Facts = Sequence[dict[str, Any]]
RecordType = type[StatusRecord] | type[QualificationRecord]
Entry = tuple[RecordType, UUID, type[Any], dict[str, Any]]

DIPLOMAS: Final = frozenset({"graduation_diploma", "completion_diploma", "self_study_diploma"})
_TRIES: Final = 5
_RECORDS: Final[dict[str, RecordType]] = {"status": StatusRecord, "qualification": QualificationRecord}


class Hearing(Application):
    """Records and persons as the neighbours tell of them."""

    def hear_registrations(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment registered students."""
        self._hear("hear_registrations", heard, [_of_status(fact, StatusRecord.Registered) for fact in facts])

    def hear_years(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment settled academic years."""
        self._hear("hear_years", heard, [_of_status(fact, StatusRecord.YearSettled) for fact in facts])

    def hear_changes(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment recorded changes of statuses."""
        self._hear("hear_changes", heard, [_of_status(fact, StatusRecord.Changed) for fact in facts])

    def hear_endings(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment closed statuses without a certificate."""
        self._hear("hear_endings", heard, [_of_status(fact, StatusRecord.Ended) for fact in facts])

    def hear_years_taken_back(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment took results of academic years back."""
        self._hear("hear_years_taken_back", heard, [_of_status(fact, StatusRecord.YearTakenBack) for fact in facts])

    def hear_corrections(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment corrected what identifies students."""
        self._hear("hear_corrections", heard, [_of_status(fact, StatusRecord.Corrected) for fact in facts])

    def hear_contests(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment marked statuses contested, or settled it."""
        self._hear("hear_contests", heard, [_of_status(fact, StatusRecord.Contested) for fact in facts])

    def hear_photos(self, facts: Facts, *, heard: Heard) -> None:
        """Imaging approved photos."""
        renamed = [fact | {"photo_digest": fact["digest"]} for fact in facts]
        self._hear("hear_photos", heard, [_of_status(fact, StatusRecord.PhotoReceived) for fact in renamed])

    def hear_bindings(self, facts: Facts, *, heard: Heard) -> None:
        """Identity bound records to persons."""
        self._hear("hear_bindings", heard, [_of_status(fact, StatusRecord.Bound) for fact in facts])

    def hear_awards(self, facts: Facts, *, heard: Heard) -> None:
        """Credentials issued awards: a qualification exists, and a diploma ends the status."""
        half = 250  # each award may open and move two records, and one append holds at most 1,000 facts
        for start in range(0, len(facts), half):
            some = facts[start : start + half]
            first = heard.first + start
            part = Heard(heard.publisher, first, first + len(some) - 1)
            self._hear("hear_awards", part, [entry for fact in some for entry in _award(fact)])

    def hear_disowned(self, facts: Facts, *, heard: Heard) -> None:
        """Their holders said that records are somebody else's (A11-2)."""
        self._hear("hear_disowned", heard, [_of(fact, "Disowned") for fact in facts])

    def hear_reclaimed(self, facts: Facts, *, heard: Heard) -> None:
        """Qualifications that somebody had disowned were asked for by their number."""
        reclaimed = [fact | {"record_id": fact["certificate_id"], "kind": "qualification"} for fact in facts]
        self._hear("hear_reclaimed", heard, [_of(fact, "Reclaimed") for fact in reclaimed])

    def hear_disputes(self, facts: Facts, *, heard: Heard) -> None:
        """The persons of documents never studied where statuses say so; or that is settled."""
        self._hear("hear_disputes", heard, [_of_status(fact, StatusRecord.Disputed) for fact in facts])

    def hear_merges(self, facts: Facts, *, heard: Heard) -> None:
        """Two accounts turned out to be one person's: one of them speaks for both (AC-19)."""
        drafts = []
        for fact in facts:
            values = _kept(fact, PersonMerge.Heard)
            after = MergeStanding(values["person_id"], values["other_person_id"])
            drafts.append(Draft(PersonMerge, fact["merge_id"], 1, PersonMerge.Heard, values, after))
        self.append(drafts, Context.system("hear_merges", self.clock.now(), rules=("AC-19",)), heard=heard)

    def hear_splits(self, facts: Facts, *, heard: Heard) -> None:
        """Merges were wrong: each person has again what was its own."""
        known = self.standings(PersonMerge, {fact["merge_id"] for fact in facts})
        drafts = []
        for fact in facts:
            if fact["merge_id"] in known:  # one from before anybody listened needs no end
                version, standing = known[fact["merge_id"]]
                values, after = _kept(fact, PersonMerge.SplitHeard), standing.after_split()
                drafts.append(Draft(PersonMerge, fact["merge_id"], version + 1, PersonMerge.SplitHeard, values, after))
        self.append(drafts, Context.system("hear_splits", self.clock.now(), rules=("AC-19",)), heard=heard)

    def _hear(self, use_case: str, heard: Heard, entries: Sequence[Entry]) -> None:
        """Append in bulk; four publishers write to one record, so a collision is decided anew."""
        context = Context.system(use_case, self.clock.now(), causation_id=f"{heard.publisher}-{heard.first}")
        for left in reversed(range(_TRIES)):
            try:
                return self.append(self._drafts(entries), context, heard=heard)
            except ChangedMeanwhile:
                if not left:
                    raise
        return None

    def _drafts(self, entries: Sequence[Entry]) -> list[Draft]:
        known: dict[UUID, tuple[int, Any]] = {}
        for kind in {entry[0] for entry in entries}:
            known |= self.standings(kind, {entry[1] for entry in entries if entry[0] is kind})
        drafts: list[Draft] = []
        for kind, record_id, fact_type, values in entries:
            if record_id not in known:
                known[record_id] = (1, kind.Standing())
                drafts.append(Draft(kind, record_id, 1, kind.Opened, {}, known[record_id][1]))
            version, standing = known[record_id]
            known[record_id] = (version + 1, standing.after(fact_type.__name__, values))
            drafts.append(Draft(kind, record_id, version + 1, fact_type, values, known[record_id][1]))
        return drafts


def _of_status(fact: dict[str, Any], fact_type: type[Any]) -> Entry:
    """A fact about a status with the fields that our own fact keeps of it."""
    return StatusRecord, fact["status_id"], fact_type, _kept(fact, fact_type)


def _of(fact: dict[str, Any], name: str) -> Entry:
    """A fact of identity about a record of either kind."""
    kind = _RECORDS[fact["kind"]]
    fact_type = getattr(kind, name)
    return kind, fact["record_id"], fact_type, _kept(fact, fact_type)


def _award(fact: dict[str, Any]) -> list[Entry]:
    issued = QualificationRecord.Issued
    entries: list[Entry] = [(QualificationRecord, fact["certificate_id"], issued, _kept(fact, issued))]
    if fact["award_kind"] in DIPLOMAS:
        concluded = fact | {"concluded_on": fact["graduation_date"]}
        entries.append(_of_status(concluded, StatusRecord.Concluded))
    return entries


def _kept(fact: dict[str, Any], fact_type: type[Any]) -> dict[str, Any]:
    names = codec_of(cast("type[AggregateEvent]", fact_type)).names
    return {name: fact[name] for name in names}
