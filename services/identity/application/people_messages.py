"""What people are told of their records and accounts: merged, split, disowned."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from services.identity.application.messages import Message
from services.identity.application.reactions import AccountReactions
from services.identity.domain.merge import Merge
from services.identity.domain.records import QualificationRecord, StudentRecord
from shared.eventstore.log import FactRecord

_MERGED = (
    "经两名工作人员核实，您的两个学籍账号已合并，记录归入保留的账号；如有错误可申请撤销，撤销后一切恢复原状。",
    "Two people of the registry found that two student-status accounts are yours and merged them; the records are in "
    "the one that stays. If that is wrong, ask for a split: everything becomes what it was.",
)
_SPLIT = (
    "您的学籍账号合并已撤销，两个账号恢复原状。",
    "The merge of your student-status accounts was taken back: both are what they were.",
)
_DISOWNED = (
    "您声明一条记录不属于本人；该记录已与您的账号解除绑定，学校及其省级教育行政部门可见您的声明。",
    "You said that a record is not yours: it is bound to you no more, and its school and province read your statement.",
)


class PeopleMessages:
    """Tells every account that a fact about people concerns."""

    def __init__(self, accounts: AccountReactions) -> None:
        self._accounts = accounts

    def messages(self, record: FactRecord) -> Iterator[Message]:
        """The notices that one fact asks for."""
        fact = record.fact
        if isinstance(fact, Merge.Confirmed | Merge.Split):
            merge = self._accounts.identity.get(Merge, record.originator_id).standing
            words = _MERGED if isinstance(fact, Merge.Confirmed) else _SPLIT
            yield from self._told(record, words, (merge.account_id, merge.other_account_id))
        elif isinstance(fact, StudentRecord.Disowned | QualificationRecord.Disowned):
            found = self._accounts.identity.owners("account.person", [str(fact.person_id)])
            yield from self._told(record, _DISOWNED, found.values())

    def _told(self, record: FactRecord, words: tuple[str, str], accounts: Iterable[UUID]) -> Iterator[Message]:
        for place, account_id in enumerate(accounts):
            for message in self._accounts.notices(record, words, of=account_id):
                yield replace(message, message_id=f"{message.message_id}-{place}")
