"""Facts to rows: the only writer of identity's read tables."""

from services.identity.domain.account import Account
from services.identity.domain.records import QualificationRecord, StudentRecord
from services.identity.projections.accounts import AccountRegister
from services.identity.projections.records import HeardRecords
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.projection import Projection

PROJECTIONS: tuple[Projection, ...] = (AccountRegister(), HeardRecords())
AGGREGATES: tuple[type[Aggregate], ...] = (Account, StudentRecord, QualificationRecord)
