"""What is known of whoever signs in: to keep it out of passwords, and to write to them when a factor changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from services.identity.domain.account import Account
from shared.eventstore.privacy import CannotOpen

if TYPE_CHECKING:
    from services.identity.application.identity import Identity
    from services.identity.application.operators import Appointments

_ACCOUNT = "account:"


@dataclass(frozen=True)
class Address:
    """Where a message reaches somebody."""

    channel: str
    to: str
    account_id: UUID | None = None


class Owners(Protocol):
    """Who stands behind a subject, in clear; nothing where the subject is not there or its data were shredded."""

    def words_of(self, subject: str) -> tuple[str, ...]:
        """Names, numbers, contacts: what must not stand in a password."""
        ...

    def addresses_of(self, subject: str) -> tuple[Address, ...]:
        """Where notices go."""
        ...


class EveryOwner:
    """All who sign in, wherever they are kept."""

    def __init__(self, *places: Owners) -> None:
        self._places = list(places)

    def add(self, place: Owners) -> None:
        self._places.append(place)

    def words_of(self, subject: str) -> tuple[str, ...]:
        """What any place knows."""
        return tuple(word for place in self._places for word in place.words_of(subject))

    def addresses_of(self, subject: str) -> tuple[Address, ...]:
        return tuple(address for place in self._places for address in place.addresses_of(subject))


class AccountOwners:
    """People with accounts."""

    def __init__(self, identity: "Identity") -> None:
        self._identity = identity

    def words_of(self, subject: str) -> tuple[str, ...]:
        """Name, document number and its telling parts, contacts and theirs."""
        account = self._account(subject)
        if account is None:
            return ()
        try:
            person = self._identity.person_of(account)
        except CannotOpen:
            return ()
        return tuple(telling(str(person.get("name", "")), str(person.get("id_number", "")), self._contacts(account)))

    def addresses_of(self, subject: str) -> tuple[Address, ...]:
        """Every proven contact: who took one over cannot hide from the others what they changed."""
        account = self._account(subject)
        if account is None:
            return ()
        return tuple(Address(channel, to, account.id) for channel, to in self._identity.contacts_of(account))

    def _contacts(self, account: Account) -> list[str]:
        return [address.to for address in self.addresses_of(f"{_ACCOUNT}{account.id}")]

    def _account(self, subject: str) -> Account | None:
        if not subject.startswith(_ACCOUNT):
            return None
        return self._identity.find(Account, UUID(subject.removeprefix(_ACCOUNT)))


def telling(name: str, number: str, contacts: Iterable[str]) -> Iterable[str]:
    """The words by which somebody is known; of a number also the birth date and the last six characters."""
    yield name
    yield number
    if len(number) >= 15:
        yield from (number[6:14], number[-6:])
    for contact in contacts:
        yield contact
        yield contact.partition("@")[0]


class OperatorOwners:
    """Operators of offices."""

    def __init__(self, appointments: "Appointments") -> None:
        self._appointments = appointments

    def words_of(self, subject: str) -> tuple[str, ...]:
        """The id, the name, the address."""
        operator_id = _operator(subject)
        person = self._person(operator_id)
        return (operator_id, *telling(person["name"], "", [person["mail"]])) if person else (operator_id,)

    def addresses_of(self, subject: str) -> tuple[Address, ...]:
        person = self._person(_operator(subject))
        return (Address("mail", person["mail"]),) if person else ()

    def _person(self, operator_id: str) -> dict[str, str] | None:
        operator = self._appointments.find_operator(operator_id) if operator_id else None
        if operator is None:
            return None
        try:
            return self._appointments.person_of(operator_id, operator.sealed_person)
        except CannotOpen:
            return None


def _operator(subject: str) -> str:
    return subject.removeprefix("operator:") if subject.startswith("operator:") else ""
