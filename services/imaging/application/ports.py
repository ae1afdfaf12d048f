"""What imaging asks of the world: a check of files, a comparison of faces, a place where classes are found."""

from datetime import date
from typing import Protocol
from uuid import UUID

from services.imaging.domain.rules import NOT_COMPARED


class FileReport(Protocol):
    """What a file check found."""

    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def findings(self) -> dict[str, int | str]: ...


class FileCheck(Protocol):
    """Checks the bytes of a photo against the profile of the regulation."""

    def __call__(self, data: bytes, /) -> FileReport: ...


class FaceComparison(Protocol):
    """Compares a photo with the admission photo of the same student; says which outcome, never a likeness."""

    def compare(self, status_id: UUID, digest: str) -> str: ...


class NoComparison:
    """No face check is installed: the fact says so, nothing is pretended."""

    def compare(self, status_id: UUID, digest: str) -> str:
        """Answer that nothing was compared."""
        return NOT_COMPARED


class ClassFinder(Protocol):
    """Where the students of a class are found who still need a photo."""

    def list_statuses_without_photo(
        self, school_code: str, graduation_year: int, today: date, limit: int, categories: list[str] | None = None
    ) -> list[UUID]: ...
