"""The rulebook over the bus: what the edge answers fits its contract."""

import subprocess
import sys

import pytest

from services.enrollment.queries.rules import explain_rule, list_rules
from shared.bus import codec
from shared.contracts.rpc.enrollment_rules import ExplainedRuleV1, ExplainRuleV1, ListRulesV1, RuleListV1
from shared.rules.refused import NotFound
from shared.rules.rulebook import RULES

# nameko and eventlet stay out of the process that runs the tests
ASK_THE_EDGE = """
from services.enrollment.service import EnrollmentService
from shared.contracts.rpc.enrollment_rules import ExplainRuleV1, ListRulesV1
for contract in (ListRulesV1, ExplainRuleV1):
    (entrypoint,) = getattr(EnrollmentService, contract.method).nameko_entrypoints
    assert entrypoint.contract is contract
service = EnrollmentService()
(listed,) = service.list_rules({"article": 20}, None)["rules"]
print(listed["id"], service.explain_rule({"rule_id": "a8-9"}, None)["id"])
"""


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ({}, list(RULES)),
        ({"article": 14}, ["A14-1", "A14-2"]),
        ({"article": 16, "on": "2014-08-31"}, ["A16-2"]),
        ({"owner": "imaging", "state": "not_yet"}, ["R21-1", "RF-1"]),
    ],
)
def test_rules_are_listed_as_their_contract_says(question, ids):
    answer = list_rules(**codec.read(ListRulesV1, question))
    assert [rule["id"] for rule in codec.write(RuleListV1, answer)["rules"]] == ids


def test_every_rule_is_explained_as_its_contract_says():
    for rule in RULES.values():
        answer = explain_rule(**codec.read(ExplainRuleV1, {"rule_id": rule.id}))
        assert codec.write(ExplainedRuleV1, answer)["zh"] == rule.zh


def test_a_rule_that_is_not_there_is_not_found():
    with pytest.raises(NotFound) as refusal:
        explain_rule(rule_id="A99-1")
    assert refusal.value.as_dict()["field"] == "rule_id"


def test_enrollment_answers_both_questions():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK_THE_EDGE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["A20-1", "A8-9"]), done.stderr
