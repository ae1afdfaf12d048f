"""What is asked over the wire fits the use case or query that answers it, field by field."""

import inspect

import pytest

from services.enrollment.application.changes import Changes
from services.enrollment.application.endings import Endings
from services.enrollment.application.incidents import Incidents
from services.enrollment.application.papers import Papers
from services.enrollment.domain.rules import changes, incidents, papers
from services.enrollment.domain.rules.standing import CANCELLATIONS
from services.enrollment.queries.changes import ChangeQueries
from services.enrollment.queries.endings import EndingQueries
from shared.contracts.rpc import enrollment_changes, enrollment_endings, enrollment_incidents
from shared.contracts.rpc.enrollment_changes import (
    AnnotateRecordV1,
    DeclareLeaveLimitV1,
    GetArchiveV1,
    IssuePaperV1,
    ListOverdueReturnsV1,
    RecordChangeV1,
    WithdrawChangeV1,
)
from shared.contracts.rpc.enrollment_endings import (
    ConfirmCancellationV1,
    DeclareIllegalEntryV1,
    DeclineCancellationV1,
    GetCancellationV1,
    ListCancellationsV1,
    ProposeCancellationV1,
)
from shared.contracts.rpc.enrollment_incidents import CloseIncidentV1, GetIncidentV1, ListIncidentsV1, OpenIncidentV1
from shared.intake import tables_changes

ANSWERED_BY = {
    RecordChangeV1: Changes,
    DeclareLeaveLimitV1: Changes,
    WithdrawChangeV1: Changes,
    AnnotateRecordV1: Papers,
    IssuePaperV1: Papers,
    GetArchiveV1: ChangeQueries,
    ListOverdueReturnsV1: ChangeQueries,
    ProposeCancellationV1: Endings,
    DeclareIllegalEntryV1: Endings,
    ConfirmCancellationV1: Endings,
    DeclineCancellationV1: Endings,
    GetCancellationV1: EndingQueries,
    ListCancellationsV1: EndingQueries,
    OpenIncidentV1: Incidents,
    CloseIncidentV1: Incidents,
    GetIncidentV1: EndingQueries,
    ListIncidentsV1: EndingQueries,
}


@pytest.mark.parametrize("contract", ANSWERED_BY, ids=lambda contract: contract.__name__)
def test_a_request_names_what_its_use_case_takes(contract):
    method = getattr(ANSWERED_BY[contract], contract.method)
    taken = set(inspect.signature(method).parameters) - {"self", "by"}
    assert set(contract().load(contract.example)) == taken
    required = {name: value for name, value in contract.example.items() if contract().fields[name].required}
    assert set(contract().load(required)) == taken


def test_words_are_the_same_on_the_wire_in_files_and_in_rules():
    assert enrollment_changes.CHANGES == tables_changes.KINDS == changes.CHANGES
    causes = tuple(cause for each in changes.CAUSES.values() for cause in each)
    assert enrollment_changes.CAUSES[1:] == tables_changes.CAUSES == causes
    assert enrollment_changes.RECORDS == tuple(tables_changes.RECORD_COLUMNS.values()) == papers.RECORDS
    assert enrollment_changes.PAPERS == tables_changes.PAPER_KINDS == papers.PAPERS
    assert enrollment_endings.ENDINGS == tables_changes.CANCELLATION_KINDS == tuple(CANCELLATIONS)
    assert tuple(incidents.KINDS) == enrollment_incidents.KINDS
