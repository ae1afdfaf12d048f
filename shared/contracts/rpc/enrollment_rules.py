"""What enrollment answers about the rulebook: every rule, and what stands behind one of them."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Contract, Request

OWNERS = ("all", "credentials", "enrollment", "gateway", "identity", "imaging", "intake", "verification")
STATES = ("built", "not_yet")
_A_RULE: dict[str, Any] = {
    "id": "A8-9",
    "article": "教学〔2014〕11号 art. 8",
    "literal": True,
    "owner": "enrollment",
    "valid_from": None,
    "valid_to": None,
    "state": "built",
    "zh": "同一学生在同一学习时段只能有一个普通全日制学籍。",
    "en": "A student holds one ordinary full-time status at a time.",
}
_A_TEST = {
    "file": "services/enrollment/tests/test_application.py",
    "name": "test_nobody_has_two_ordinary_full_time_statuses",
    "words": "Given a full-time status, when another school registers the same person, then it is refused.",
}


class RuleV1(Contract):
    """A rule as every answer shows it."""

    id = shapes.text(20)
    article = shapes.text(100, metadata={"description": "The regulation and its article, or `house`."})
    literal = shapes.flag(metadata={"description": "Stated by the article; otherwise inferred from it."})
    owner = shapes.one_of(OWNERS, metadata={"description": "The service that keeps the rule."})
    valid_from = shapes.day(allow_none=True, metadata={"description": "In force from this day; null: always."})
    valid_to = shapes.day(allow_none=True, metadata={"description": "The last day in force; null: no end."})
    state = shapes.one_of(STATES)
    zh = shapes.text(500)
    en = shapes.text(500)
    example: ClassVar[dict[str, Any]] = _A_RULE


class ListedRuleV1(RuleV1):
    """A rule of the rulebook; its tests as `file::name`."""

    tests = fields.List(fields.String(), required=True)
    example: ClassVar[dict[str, Any]] = _A_RULE | {"tests": [f"{_A_TEST['file']}::{_A_TEST['name']}"]}


class RuleListV1(Contract):
    """Rules in the order of the rulebook."""

    rules = fields.List(fields.Nested(ListedRuleV1), required=True)
    example: ClassVar[dict[str, Any]] = {"rules": [ListedRuleV1.example]}


class RulePlaceV1(Contract):
    """A function, class or constant of the code, and what it does with a rule."""

    file = shapes.text(300)
    name = shapes.text(200)
    how = shapes.one_of(("refuses", "records", "names", "keeps"))
    example: ClassVar[dict[str, Any]] = {
        "file": "services/enrollment/domain/rules/entry.py",
        "name": "may_register",
        "how": "refuses",
    }


class RuleProofV1(Contract):
    """A test that proves a rule: given, when, then."""

    file = shapes.text(300)
    name = shapes.text(300)
    words = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = _A_TEST


class ExplainedRuleV1(RuleV1):
    """A rule with the code that decides it, the codes of its refusals, and its tests."""

    code = fields.List(fields.Nested(RulePlaceV1), required=True)
    refusals = fields.List(fields.String(), required=True)
    tests = fields.List(fields.Nested(RuleProofV1), required=True)
    example: ClassVar[dict[str, Any]] = _A_RULE | {
        "code": [RulePlaceV1.example],
        "refusals": ["ONE_FULLTIME_STATUS"],
        "tests": [RuleProofV1.example],
    }


class ListRulesV1(Request):
    """Every rule of the rulebook, or those of one article, of one service, of one state, or in force on one day."""

    service = "enrollment"
    method = "list_rules"
    answer = RuleListV1

    article = shapes.integer(1, 28, required=False)
    owner = shapes.one_of(OWNERS, required=False)
    state = shapes.one_of(STATES, required=False)
    on = shapes.day(required=False, metadata={"description": "The day on which something takes effect (A28-1)."})
    example: ClassVar[dict[str, Any]] = {"article": 8, "on": "2014-08-31"}


class ExplainRuleV1(Request):
    """What a rule says in both languages, where it comes from, which code decides it, which tests prove it."""

    service = "enrollment"
    method = "explain_rule"
    answer = ExplainedRuleV1

    rule_id = shapes.pattern(r"[A-Za-z]{1,10}[0-9]{0,2}(-[A-Za-z]{1,12})?-[0-9]{1,2}")
    example: ClassVar[dict[str, Any]] = {"rule_id": "A8-9"}
