"""What identity tells of people and their records: one disowned or taken back, accounts merged or split."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact


class RecordDisownedV1(PublicFact):
    """A person said that a record under the own name and document is not theirs; it is bound to nobody now (A11-2)."""

    publisher = "identity"
    subject = "record_id"
    consumers = ("credentials", "enrollment", "imaging", "verification")

    record_id = shapes.identifier()
    kind = shapes.one_of(("status", "qualification"))
    status_id = shapes.identifier()
    school_code = shapes.school_code()
    person_id = shapes.identifier(metadata={"description": "Whose it was until now."})
    disowned_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "record_id": "01930f3a-0000-7000-8000-0000000000a1",
        "kind": "status",
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "school_code": "4111010001",
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "disowned_on": "2026-10-20",
    }


class QualificationReclaimedV1(PublicFact):
    """A qualification that somebody had disowned was asked for by its number; name and document agree (AC-15)."""

    publisher = "identity"
    subject = "certificate_id"
    consumers = ("credentials", "verification")

    certificate_id = shapes.identifier()
    status_id = shapes.identifier()
    person_id = shapes.identifier()
    bound_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "certificate_id": "01930f3a-0000-7000-8000-0000000000e1",
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "bound_on": "2026-10-20",
    }


class PeopleMergedV1(PublicFact):
    """Two accounts are one human being's: one person speaks for the other from now on (AC-19).

    Records are bound anew, each by its own message; what else is whose stays so, for a split.
    """

    publisher = "identity"
    subject = "merge_id"
    consumers = ("verification",)

    merge_id = shapes.identifier()
    person_id = shapes.identifier(metadata={"description": "Who speaks for both."})
    other_person_id = shapes.identifier()
    merged_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "merge_id": "01930f3a-0000-7000-8000-0000000000b1",
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "other_person_id": "01930f3a-0000-7000-8000-0000000000c2",
        "merged_on": "2026-10-20",
    }


class PeopleSplitV1(PublicFact):
    """A merge was wrong: they are two people again (AC-19)."""

    publisher = "identity"
    subject = "merge_id"
    consumers = ("verification",)

    merge_id = shapes.identifier()
    person_id = shapes.identifier(metadata={"description": "Who spoke for both."})
    other_person_id = shapes.identifier()
    split_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "merge_id": "01930f3a-0000-7000-8000-0000000000b1",
        "person_id": "01930f3a-0000-7000-8000-0000000000c1",
        "other_person_id": "01930f3a-0000-7000-8000-0000000000c2",
        "split_on": "2026-10-20",
    }
