"""The routes of people: records by number, missing and disowned ones, identities, merges."""

from typing import Final

from gateway.api.route import Route
from shared.contracts.rpc import identity_merges, identity_people

PEOPLE_ROUTES: Final = (
    Route("POST", "/me/records/by-number", identity_people.BindRecordByNumberV1, "identity"),
    Route("GET", "/me/records/missing", identity_people.ExplainMissingRecordV1, "identity"),
    Route("POST", "/me/records/<uuid:record_id>/disown", identity_people.DisownRecordV1, "identity"),
    Route("GET", "/me/identities", identity_people.ListMyIdentitiesV1, "identity"),
    Route("GET", "/disowned-records", identity_people.ListDisownedRecordsV1, "identity"),
    # the registry's own office; a number does not stand in an address, which is logged
    Route("POST", "/people/search", identity_merges.SearchPeopleV1, "identity"),
    Route("GET", "/merges", identity_merges.ListMergesV1, "identity"),
    Route("POST", "/merges", identity_merges.ProposeMergeV1, "identity", status=201),
    Route("POST", "/merges/<uuid:merge_id>/decision", identity_merges.DecideMergeV1, "identity"),
    Route("POST", "/merges/<uuid:merge_id>/split", identity_merges.ProposeSplitV1, "identity"),
    Route("POST", "/merges/<uuid:merge_id>/split/decision", identity_merges.DecideSplitV1, "identity"),
)
