"""The routes of offices, of those who act for them, and of their machine clients."""

from typing import Final

from gateway.api.route import Route
from shared.contracts.rpc import identity_machines as machines
from shared.contracts.rpc import identity_office_looks as looks
from shared.contracts.rpc import identity_offices as offices
from shared.contracts.rpc import identity_operators as operators
from shared.contracts.rpc import identity_schools as schools

_OFFICE: Final = "/offices/<string:code>"
_OPERATOR: Final = "/operators/<string:operator_id>"
_CLIENT: Final = "/machine-clients/<string:client_id>"

OFFICE_ROUTES: Final = (
    Route("POST", "/offices", offices.FoundOfficeV1, "identity", status=201),
    Route("GET", "/offices", offices.ListOfficesV1, "identity"),
    Route("GET", "/schools", schools.ListSchoolsV1, "identity", public=True, fresh_for=300),
    Route("GET", _OFFICE, offices.GetOfficeV1, "identity"),
    Route("GET", f"{_OFFICE}/looks", looks.ListLooksOfOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/names", offices.RenameOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/merge", offices.MergeOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/close", offices.CloseOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/suspend", offices.SuspendOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/resume", offices.ResumeOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/statements", offices.AttestOfficeV1, "identity"),
    Route("POST", f"{_OFFICE}/owner", operators.NameOfficeOwnerV1, "identity"),
    Route("POST", f"{_OFFICE}/operators", operators.AppointOperatorV1, "identity", status=201),
    Route("GET", f"{_OFFICE}/operators", operators.ListOperatorsV1, "identity"),
    Route("POST", f"{_OPERATOR}/invitations", operators.InviteOperatorV1, "identity"),
    Route("POST", f"{_OPERATOR}/revoke", operators.RevokeOperatorV1, "identity"),
    Route("POST", f"{_OFFICE}/machine-clients", machines.RegisterMachineClientV1, "identity", status=201),
    Route("GET", f"{_OFFICE}/machine-clients", machines.ListMachineClientsV1, "identity"),
    Route("POST", f"{_CLIENT}/secrets", machines.RotateMachineSecretV1, "identity", status=201),
    Route("POST", f"{_CLIENT}/revoke", machines.RevokeMachineClientV1, "identity"),
)
