"""What identity answers to the registry's own office: whose a document is, two accounts of one human being."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.codes.tables import ID_TYPES
from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity_people import IdentityOfMineV1, issuing_country

MERGE_STATES = ("proposed", "confirmed", "refused", "split_proposed", "split")
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_ACCOUNT = "01930f3a-0000-7000-8000-0000000000b1"
_OTHER = "01930f3a-0000-7000-8000-0000000000b2"
_PERSON = "01930f3a-0000-7000-8000-0000000000c1"
_MERGE = "01930f3a-0000-7000-8000-0000000000f2"


class FoundPersonV1(Contract):
    """An account that holds a document, masked."""

    account_id = shapes.identifier()
    person_id = shapes.identifier()
    identities = fields.List(fields.Nested(IdentityOfMineV1), required=True, validate=Length(max=50))

    example: ClassVar[dict[str, Any]] = {
        "account_id": _ACCOUNT,
        "person_id": _PERSON,
        "identities": [{**IdentityOfMineV1.example, "name": "A*********"}],
    }


class FoundPeopleV1(Contract):
    """The accounts under a document."""

    people = fields.List(fields.Nested(FoundPersonV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"people": [FoundPersonV1.example]}


class SearchPeopleV1(Request):
    """Which account holds a document: for the registry's own office, which merges and splits (AC-19)."""

    service = "identity"
    method = "search_people"
    answer = FoundPeopleV1

    id_type = shapes.one_of(tuple(ID_TYPES))
    id_number = shapes.text(40)
    issuing_country = issuing_country()

    example: ClassVar[dict[str, Any]] = {"id_type": "1", "id_number": "11010519491231002X"}


class MergeV1(Contract):
    """Two accounts of one human being, and how far their merge is."""

    merge_id = shapes.identifier()
    surviving_account = shapes.identifier()
    other_account = shapes.identifier()
    surviving_person = shapes.identifier()
    other_person = shapes.identifier()
    state = shapes.one_of(MERGE_STATES)
    proposed_by = shapes.text(80)
    proposed_on = shapes.day()
    confirmed_by = shapes.text(80, allow_none=True)
    settled_on = shapes.day(allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "merge_id": _MERGE,
        "surviving_account": _ACCOUNT,
        "other_account": _OTHER,
        "surviving_person": _PERSON,
        "other_person": "01930f3a-0000-7000-8000-0000000000c2",
        "state": "proposed",
        "proposed_by": "ctr-operator-1",
        "proposed_on": "2026-10-20",
        "confirmed_by": None,
        "settled_on": None,
    }


class MergesV1(Contract):
    """Merges in one state, oldest first."""

    merges = fields.List(fields.Nested(MergeV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"merges": [MergeV1.example]}


class ListMergesV1(Request):
    """The merges that wait for a second person, or stand in another state."""

    service = "identity"
    method = "list_merges"
    answer = MergesV1

    state = shapes.one_of(MERGE_STATES, required=False, load_default="proposed")

    example: ClassVar[dict[str, Any]] = {"state": "proposed"}


class ProposeMergeV1(Command):
    """One of the registry says that two accounts are one human being's, with reason and evidence (AC-19)."""

    service = "identity"
    method = "propose_merge"
    answer = SavedV1

    surviving_account = shapes.identifier()
    other_account = shapes.identifier()
    reason = shapes.text(500, shortest=5)
    evidence = fields.List(fields.String(validate=Length(1, 80)), required=True, validate=Length(0, 20))

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "surviving_account": _ACCOUNT,
        "other_account": _OTHER,
        "reason": "同一人更换护照后重复注册",
        "evidence": ["01930f3a-0000-7000-8000-0000000000e1"],
    }


class DecideMergeV1(Command):
    """Another one confirms a proposed merge, or refuses it (A24-2)."""

    service = "identity"
    method = "decide_merge"
    answer = SavedV1

    merge_id = shapes.identifier()
    confirm = shapes.flag()
    reason = shapes.text(500, shortest=5)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "merge_id": _MERGE, "confirm": True, "reason": "两份证件均已核对",
    }  # fmt: skip


class ProposeSplitV1(Command):
    """One of the registry says that a merge was wrong: everything becomes again what it was."""

    service = "identity"
    method = "propose_split"
    answer = SavedV1

    merge_id = shapes.identifier()
    reason = shapes.text(500, shortest=5)

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "merge_id": _MERGE, "reason": "核查后确认为两人"}


class DecideSplitV1(Command):
    """Another one confirms that a merge is split, or lets it stand (A24-2)."""

    service = "identity"
    method = "decide_split"
    answer = SavedV1

    merge_id = shapes.identifier()
    confirm = shapes.flag()
    reason = shapes.text(500, shortest=5)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "merge_id": _MERGE, "confirm": True, "reason": "同意拆分为两人",
    }  # fmt: skip
