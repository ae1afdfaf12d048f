"""A school's file of results: of its freshmen, or of one academic year."""

from shared.intake.batch import Batch, Progress


class RegistrationBatch(Batch, stored_as="enrollment.RegistrationBatch"):
    """Every row ends registered or refused with its reason; nothing is lost (A24-3)."""

    standing: Progress
