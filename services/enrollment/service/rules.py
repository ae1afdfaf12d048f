"""The rulebook at the edge of enrollment; anybody may ask, signed in or not."""

from typing import Any

from services.enrollment.queries import rules
from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_rules import ExplainRuleV1, ListRulesV1

Request = dict[str, Any]


class RulesEdge:
    """Answers what a rule says and what stands behind it."""

    @answers(ListRulesV1)
    def list_rules(self, request: Request, by: By) -> Any:
        return rules.list_rules(**request)

    @answers(ExplainRuleV1)
    def explain_rule(self, request: Request, by: By) -> Any:
        return rules.explain_rule(**request)
