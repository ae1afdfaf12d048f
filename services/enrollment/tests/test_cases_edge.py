"""What the edge is asked by contract is what the use cases and queries of cases, transfers, conflicts take."""

import inspect

import pytest

from services.enrollment.application.conflicts import Conflicts
from services.enrollment.application.notices import Notices
from services.enrollment.application.transfers import Transfers
from services.enrollment.queries.conflicts import ConflictQueries
from services.enrollment.queries.own import OwnQueries
from services.enrollment.queries.transfers import TransferQueries
from shared.contracts.catalogue import requests

AREAS = {
    "enrollment_cases": (Notices, OwnQueries),
    "enrollment_own": (Notices, OwnQueries),
    "enrollment_conflicts": (Conflicts, ConflictQueries),
    "enrollment_transfers": (Transfers, TransferQueries),
}
ASKED = [each for each in requests() if each.__module__.rpartition(".")[2] in AREAS]


def asked_of(contract):
    found = (getattr(each, contract.method, None) for each in AREAS[contract.__module__.rpartition(".")[2]])
    return next(method for method in found if method)


@pytest.mark.parametrize("contract", ASKED, ids=lambda contract: contract.method)
def test_a_contract_names_exactly_what_its_method_takes(contract):
    taken = set(inspect.signature(asked_of(contract)).parameters) - {"self", "by"}
    assert set(contract().fields) == taken
