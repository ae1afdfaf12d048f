"""For whom a session can speak: a person with an account, or an operator of an office."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Holder:
    """Who stands behind a sign-in, as things are now."""

    subject: str  # "account:<uuid>" or "operator:<id>": the name under which factors and sessions are kept
    sub: str  # what stands in assertions: the person's id, or the operator's
    role: str
    level: str  # person | school | province | nation | agency
    kind: str  # kind of training, "all" for students
    org: str
    office: str = ""
    suspended: bool = False  # the office's yearly statement has run out (A23-1)

    @property
    def is_staff(self) -> bool:
        """Staff show a strong factor, and their sessions are shorter."""
        return self.role != "student"


class Holders(Protocol):
    """Where holders are found; an account that ended and an operator who was dismissed are not found any more."""

    def named(self, name: str) -> Holder | None:
        """Whoever signs in under this user name."""
        ...

    def of(self, subject: str) -> Holder | None:
        """The holder of this subject as of now."""
        ...
