"""What offices and operators are written: invitations, the end of an appointment, statements that run out."""

from collections.abc import Iterable
from typing import Any

from services.identity.application.messages import Message
from services.identity.application.operators import Appointments
from services.identity.domain.office import Office
from services.identity.domain.operator import Operator
from shared.codes.clock import SHANGHAI
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import CannotOpen


class OfficeMessages:
    """Reacts to what happened to offices and their operators."""

    def __init__(self, appointments: Appointments) -> None:
        self._appointments = appointments

    def messages(self, record: FactRecord) -> Iterable[Message]:
        """The messages a fact asks for."""
        fact: Any = record.fact
        if isinstance(fact, Operator.Invited):
            yield from self._invitation(record, fact)
        elif isinstance(fact, Operator.Revoked):
            yield from self._notice(record, fact.operator_id, "任命已撤销 Appointment ended", _ENDED)
        elif isinstance(fact, Office.AttestationReminded):
            text = _REMINDED.format(code=fact.code, until=fact.valid_until)
            yield from self._notice(record, fact.owner, "年度安全声明即将到期 Yearly statement", text)
        elif isinstance(fact, Office.AttestationLapsed):
            standing = self._appointments.get(Office, record.originator_id).standing
            text = _LAPSED.format(code=standing.code, until=fact.valid_until)
            yield from self._notice(record, standing.owner, "年度安全声明已到期 Yearly statement", text)

    def _invitation(self, record: FactRecord, fact: Operator.Invited) -> Iterable[Message]:
        code = self._appointments.codes.code_of(fact.operator_id, fact.salt)
        until = f"{fact.expires_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        text = _INVITED.format(operator_id=fact.operator_id, code=code, until=until)
        parameters = (("operator", fact.operator_id), ("code", code), ("until", until))
        subject = "学籍登记系统操作员邀请 Invitation"
        yield from self._notice(
            record,
            fact.operator_id,
            subject,
            text,
            useful_until=fact.expires_at,
            template="operator-invitation",
            parameters=parameters,
        )

    def _notice(
        self, record: FactRecord, operator_id: str | None, subject: str, text: str, **more: Any
    ) -> Iterable[Message]:
        operator = self._appointments.find_operator(operator_id) if operator_id else None
        if operator is None:
            return
        try:
            person = self._appointments.person_of(operator.standing.operator_id, operator.sealed_person)
        except CannotOpen:
            return
        yield Message(
            message_id=f"{record.originator_id}-{record.originator_version}",
            channel="mail",
            to=person["mail"],
            subject=subject,
            text=text,
            sent_at=record.recorded_at,
            **more,
        )


_INVITED = (
    "您已被任命为学籍登记系统操作员。\n操作员：{operator_id}\n邀请码：{code}\n{until}（北京时间）前有效，仅可使用一次，"
    "请勿告诉他人。\n\n"
    "You were appointed an operator of the student-status registry.\nOperator: {operator_id}\nInvitation: {code}\n"
    "Valid until {until} (Beijing time), once. Tell it to nobody.\n"
)
_ENDED = (
    "您的操作员任命已撤销，所有登录已结束。如有疑问请联系本机构负责人。\n"
    "Your appointment as an operator has ended, and with it every session. Ask your office's owner if you wonder why.\n"
)
_REMINDED = (
    "机构 {code} 的年度安全声明于 {until} 到期。请负责人提交新的制度文件和声明，逾期将暂停办理业务。\n"
    "The yearly statement of office {code} holds until {until}. Hand in a new one before that, or the office can only "
    "look.\n"
)
_LAPSED = (
    "机构 {code} 的年度安全声明已于 {until} 到期，现仅可查询。负责人提交新的声明后即恢复。\n"
    "The yearly statement of office {code} held until {until}; the office only looks until there is a new one.\n"
)
