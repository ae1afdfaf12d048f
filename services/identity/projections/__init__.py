"""Facts to rows: the only writer of identity's read tables."""

from services.identity.domain.account import Account
from services.identity.domain.consent import Consent
from services.identity.domain.consent_request import ConsentRequest
from services.identity.domain.identity_claim import IdentityClaim
from services.identity.domain.login import Login
from services.identity.domain.look import Alert, HeardLook, Look
from services.identity.domain.machine_client import MachineClient
from services.identity.domain.merge import Merge
from services.identity.domain.office import Office
from services.identity.domain.operator import Operator
from services.identity.domain.records import QualificationRecord, StudentRecord
from services.identity.domain.session import Session
from services.identity.projections.accounts import AccountRegister
from services.identity.projections.claims import ClaimEvidence, ClaimRegister, ClaimSteps, ClaimVouchers
from services.identity.projections.consents import ConsentRegister
from services.identity.projections.looks import LookAlerts, LooksAtRecords
from services.identity.projections.offices import (
    MachineClientRegister,
    OfficeNames,
    OfficeRegister,
    OperatorRegister,
)
from services.identity.projections.people import MergeRegister, PersonIdentities
from services.identity.projections.records import HeardRecords
from services.identity.projections.sign_in import LoginRegister, SessionRegister
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.projection import Projection

PROJECTIONS: tuple[Projection, ...] = (
    AccountRegister(),
    HeardRecords(),
    PersonIdentities(),
    MergeRegister(),
    SessionRegister(),
    LoginRegister(),
    LooksAtRecords(),
    LookAlerts(),
    ConsentRegister(),
    ClaimRegister(),
    ClaimSteps(),
    ClaimEvidence(),
    ClaimVouchers(),
    OfficeRegister(),
    OfficeNames(),
    OperatorRegister(),
    MachineClientRegister(),
)
AGGREGATES: tuple[type[Aggregate], ...] = (
    Account,
    Merge,
    StudentRecord,
    QualificationRecord,
    Session,
    Login,
    Look,
    HeardLook,
    Alert,
    Consent,
    ConsentRequest,
    IdentityClaim,
    Office,
    Operator,
    MachineClient,
)
