"""The edge of identity: offices, their operators, their machine clients."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity_machines import (
    IssueMachineTokenV1,
    ListMachineClientsV1,
    RegisterMachineClientV1,
    RevokeMachineClientV1,
    RotateMachineSecretV1,
)
from shared.contracts.rpc.identity_offices import (
    AttestOfficeV1,
    CloseOfficeV1,
    FoundOfficeV1,
    GetOfficeV1,
    ListOfficesV1,
    MergeOfficeV1,
    RenameOfficeV1,
    ResumeOfficeV1,
    SuspendOfficeV1,
)
from shared.contracts.rpc.identity_operators import (
    AppointOperatorV1,
    InviteOperatorV1,
    ListOperatorsV1,
    NameOfficeOwnerV1,
    RevokeOperatorV1,
)
from shared.contracts.rpc.identity_schools import ListSchoolsV1

Request = dict[str, Any]


class OfficeAnswers:
    """Who may act for whom, and until when."""

    edge: Any

    @answers(FoundOfficeV1)
    def found_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.found_office(**request, by=by)

    @answers(ListSchoolsV1)
    def list_schools(self, request: Request, by: By) -> Any:
        return self.edge.schools.list_schools(**request, by=by)

    @answers(RenameOfficeV1)
    def rename_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.rename_office(**request, by=by)

    @answers(MergeOfficeV1)
    def merge_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.merge_office(**request, by=by)

    @answers(CloseOfficeV1)
    def close_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.close_office(**request, by=by)

    @answers(SuspendOfficeV1)
    def suspend_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.suspend_office(**request, by=by)

    @answers(ResumeOfficeV1)
    def resume_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.resume_office(**request, by=by)

    @answers(AttestOfficeV1)
    def attest_office(self, request: Request, by: By) -> Any:
        return self.edge.offices.attest_office(**request, by=by)

    @answers(NameOfficeOwnerV1)
    def name_office_owner(self, request: Request, by: By) -> Any:
        return self.edge.offices.name_office_owner(**request, by=by)

    @answers(AppointOperatorV1)
    def appoint_operator(self, request: Request, by: By) -> Any:
        return self.edge.appointments.appoint_operator(**request, by=by)

    @answers(InviteOperatorV1)
    def invite_operator(self, request: Request, by: By) -> Any:
        return self.edge.appointments.invite_operator(**request, by=by)

    @answers(RevokeOperatorV1)
    def revoke_operator(self, request: Request, by: By) -> Any:
        return self.edge.appointments.revoke_operator(**request, by=by)

    @answers(GetOfficeV1)
    def get_office(self, request: Request, by: By) -> Any:
        return self.edge.office_queries.get_office(**request, by=by)

    @answers(ListOfficesV1)
    def list_offices(self, request: Request, by: By) -> Any:
        return self.edge.office_queries.list_offices(**request, by=by)

    @answers(ListOperatorsV1)
    def list_operators(self, request: Request, by: By) -> Any:
        return self.edge.office_queries.list_operators(**request, by=by)

    @answers(RegisterMachineClientV1)
    def register_machine_client(self, request: Request, by: By) -> Any:
        return self.edge.machine_clients.register_machine_client(**request, by=by)

    @answers(RotateMachineSecretV1)
    def rotate_machine_secret(self, request: Request, by: By) -> Any:
        return self.edge.machine_clients.rotate_machine_secret(**request, by=by)

    @answers(RevokeMachineClientV1)
    def revoke_machine_client(self, request: Request, by: By) -> Any:
        return self.edge.machine_clients.revoke_machine_client(**request, by=by)

    @answers(ListMachineClientsV1)
    def list_machine_clients(self, request: Request, by: By) -> Any:
        return self.edge.office_queries.list_machine_clients(**request, by=by)

    @answers(IssueMachineTokenV1)
    def issue_machine_token(self, request: Request, by: By) -> Any:
        return self.edge.machine_clients.issue_machine_token(**request, by=by)
