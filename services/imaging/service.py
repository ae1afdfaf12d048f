"""The edge of imaging: translate, call, answer; never decide."""

from collections.abc import Mapping
from typing import Any

from services.imaging.adapters.vision import check_file
from services.imaging.application.imaging import Imaging
from services.imaging.config import Config
from services.imaging.queries import ImagingQueries
from shared.access.by import By
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.handlers import answers, hears
from shared.bus.providers import provide
from shared.bus.source import StreamSource
from shared.codes.clock import clock_from
from shared.contracts.events.enrollment import EnrollmentAnnualRegisteredV1, StudentRegisteredV1
from shared.contracts.events.enrollment_status import (
    AnnualRegistrationWithdrawnV1,
    StudentStatusChangedV1,
    StudentStatusEndedV1,
)
from shared.contracts.events.identity import RecordBoundV1
from shared.contracts.events.identity_people import RecordDisownedV1
from shared.contracts.rpc.imaging import (
    GetPhotoV1,
    IssueCaptureCodesV1,
    IssueCaptureCodeV1,
    ListPhotosToReviewV1,
    ReviewPhotoV1,
    SubmitPhotoV1,
)
from shared.contracts.rpc.imaging_own import ListMyPhotosV1
from shared.eventstore.application import Heard
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Request = dict[str, Any]


class Edge:
    """What the edge works with: one store, its use cases and its queries."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        config = Config.from_environ(environ)
        self.store = Store(config.store, "imaging")
        self.queries = ImagingQueries(self.store)
        self.use_cases = Imaging(
            self.store,
            clock_from(config.clock),
            Keyring.from_file(config.keys_file),
            SealedBlobs.at(config.blobs_dir, config.keys_file, read_only=True),
            check_file,
            self.queries,
        )

    def close(self) -> None:
        self.store.close()


class ImagingService(StreamSource):
    """Answers calls."""

    name = "imaging"
    edge = provide(Edge)

    @answers(IssueCaptureCodeV1)
    def issue_capture_code(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.issue_capture_code(**request, by=by)

    @answers(IssueCaptureCodesV1)
    def issue_capture_codes(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.issue_capture_codes(**request, by=by)

    @answers(SubmitPhotoV1)
    def submit_photo(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.submit_photo(**request, by=by)

    @answers(ReviewPhotoV1)
    def review_photo(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.review_photo(**request, by=by)

    @answers(GetPhotoV1)
    def get_photo(self, request: Request, by: By) -> Any:
        return self.edge.queries.get_photo(**request, by=by)

    @answers(ListMyPhotosV1)
    def list_my_photos(self, request: dict[str, Any], by: By) -> Any:
        return self.edge.queries.list_my_photos(**request, by=by)

    @answers(ListPhotosToReviewV1)
    def list_photos_to_review(self, request: Request, by: By) -> Any:
        return self.edge.queries.list_photos_to_review(**request, by=by)


class ImagingHearing:
    """Hears the neighbours, in a container of its own."""

    name = "imaging_hearing"
    edge = provide(Edge)

    @hears(StudentRegisteredV1)
    def open_student_records(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.open_student_records(facts, heard=heard)

    @hears(EnrollmentAnnualRegisteredV1)
    def note_years(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_years(facts, heard=heard)

    @hears(StudentStatusChangedV1)
    def note_changes(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_states(facts, heard=heard)

    @hears(StudentStatusEndedV1)
    def note_endings(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_states(facts, heard=heard)

    @hears(AnnualRegistrationWithdrawnV1)
    def note_years_taken_back(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_states(facts, heard=heard)

    @hears(RecordBoundV1)
    def note_owners(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_owners(facts, heard=heard)

    @hears(RecordDisownedV1)
    def note_disowned(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.edge.use_cases.note_disowned(facts, heard)
