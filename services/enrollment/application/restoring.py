"""What an entry was before its outcome was decided: its earlier facts, told again."""

from typing import Any
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.eventstore import facts


def standing_before_outcome(app: Enrollment, admission_id: UUID) -> AdmissionStanding:
    """How an admission stood before its present outcome was decided, by a person or by the clock."""
    admission: Any = None
    stood: AdmissionStanding | None = None
    for event in app.recorder.select_events(admission_id):
        fact: Any = facts.decode(event.topic, admission_id, event.originator_version, event.state)
        if isinstance(fact, Admission.EntryDecided | Admission.DeferralEnded):
            stood = admission.standing
        admission = fact.mutate(admission)
    return stood or admission.standing
