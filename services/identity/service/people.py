"""The edge of identity: records by number, records that are missing or disowned, identities, merges."""

from typing import Any

from services.identity.application.documents import with_country
from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity_merges import (
    DecideMergeV1,
    DecideSplitV1,
    ListMergesV1,
    ProposeMergeV1,
    ProposeSplitV1,
    SearchPeopleV1,
)
from shared.contracts.rpc.identity_people import (
    BindRecordByNumberV1,
    DisownRecordV1,
    ExplainMissingRecordV1,
    ListDisownedRecordsV1,
    ListMyIdentitiesV1,
)

Request = dict[str, Any]


class PeopleAnswers:
    """People, their identities and their records."""

    edge: Any

    @answers(BindRecordByNumberV1)
    def bind_record_by_number(self, request: Request, by: By) -> Any:
        return self.edge.people.bind_record_by_number(**request, by=by)

    @answers(ExplainMissingRecordV1)
    def explain_missing_record(self, request: Request, by: By) -> Any:
        return self.edge.people.explain_missing_record(**request, by=by)

    @answers(DisownRecordV1)
    def disown_record(self, request: Request, by: By) -> Any:
        return self.edge.people.disown_record(**request, by=by)

    @answers(ListDisownedRecordsV1)
    def list_disowned_records(self, request: Request, by: By) -> Any:
        return self.edge.people_queries.list_disowned_records(**request, by=by)

    @answers(ListMyIdentitiesV1)
    def list_my_identities(self, request: Request, by: By) -> Any:
        return self.edge.people_queries.list_my_identities(**request, by=by)

    @answers(SearchPeopleV1)
    def search_people(self, request: Request, by: By) -> Any:
        return self.edge.people_queries.search_people(**with_country(request), by=by)

    @answers(ListMergesV1)
    def list_merges(self, request: Request, by: By) -> Any:
        return self.edge.people_queries.list_merges(**request, by=by)

    @answers(ProposeMergeV1)
    def propose_merge(self, request: Request, by: By) -> Any:
        return self.edge.merging.propose_merge(**request, by=by)

    @answers(DecideMergeV1)
    def decide_merge(self, request: Request, by: By) -> Any:
        return self.edge.merging.decide_merge(**request, by=by)

    @answers(ProposeSplitV1)
    def propose_split(self, request: Request, by: By) -> Any:
        return self.edge.merging.propose_split(**request, by=by)

    @answers(DecideSplitV1)
    def decide_split(self, request: Request, by: By) -> Any:
        return self.edge.merging.decide_split(**request, by=by)
