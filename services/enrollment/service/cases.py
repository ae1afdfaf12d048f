"""The edge of enrollment: cases about records."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_cases import (
    BeginCaseReviewV1,
    DecideCaseV1,
    FileCaseV1,
    FileOwnCaseV1,
    GetCaseV1,
    ListCasesV1,
    ListIdentityVersionsV1,
    NameCaseValuesV1,
    RefuseCaseV1,
    ReviewCaseV1,
    WithdrawCaseV1,
)

Request = dict[str, Any]


class CaseAnswers:
    """Filed, reviewed, decided; where each stands."""

    edge: Any

    @answers(FileCaseV1)
    def file_case(self, request: Request, by: By) -> Any:
        return self.edge.notices.file_case(**request, by=by)

    @answers(FileOwnCaseV1)
    def file_own_case(self, request: Request, by: By) -> Any:
        return self.edge.notices.file_own_case(**request, by=by)

    @answers(BeginCaseReviewV1)
    def begin_case_review(self, request: Request, by: By) -> Any:
        return self.edge.notices.begin_case_review(**request, by=by)

    @answers(RefuseCaseV1)
    def refuse_case(self, request: Request, by: By) -> Any:
        return self.edge.notices.refuse_case(**request, by=by)

    @answers(NameCaseValuesV1)
    def name_case_values(self, request: Request, by: By) -> Any:
        return self.edge.notices.name_case_values(**request, by=by)

    @answers(ReviewCaseV1)
    def review_case(self, request: Request, by: By) -> Any:
        return self.edge.notices.review_case(**request, by=by)

    @answers(DecideCaseV1)
    def decide_case(self, request: Request, by: By) -> Any:
        return self.edge.notices.decide_case(**request, by=by)

    @answers(WithdrawCaseV1)
    def withdraw_case(self, request: Request, by: By) -> Any:
        return self.edge.notices.withdraw_case(**request, by=by)

    @answers(GetCaseV1)
    def get_case(self, request: Request, by: By) -> Any:
        return self.edge.own.get_case(**request, by=by)

    @answers(ListCasesV1)
    def list_cases(self, request: Request, by: By) -> Any:
        return self.edge.own.list_cases(**request, by=by)

    @answers(ListIdentityVersionsV1)
    def list_identity_versions(self, request: Request, by: By) -> Any:
        return self.edge.own.list_identity_versions(**request, by=by)
