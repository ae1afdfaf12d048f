"""Who may have a code sent: counted by who is meant and from where, so that nobody uses up what another may have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.identity.application.allowances import Allowances, CodesTooOften, network_of
from services.identity.application.sign_in_attempts import DEVICE_SOURCE, Attempts
from services.identity.domain.rules import CODES_A_DAY, CODES_TO_ONE_A_DAY, RESEND_AFTER
from shared.access.by import By

# a campus or a hall of residence may share one address: it has more room than one person, and soon has it again
CODES_A_NETWORK_AN_HOUR: Final = 300
_HOUR: Final = 3600
_NOWHERE: Final = "nowhere"


@dataclass(frozen=True, slots=True)
class Asker:
    """The place that a code is asked for from: it has a count of its own."""

    place: str
    network: str = ""  # whose budget of the hour it spends; a device that its owner signed in on before spends none
    is_stranger: bool = True  # of whom all together have a few codes a day to one destination, and no more

    @classmethod
    def owner(cls, account_id: UUID) -> "Asker":
        """Somebody who is signed in, and asks for a code to an own proven contact."""
        return cls(f"owner:{account_id}", is_stranger=False)

    @classmethod
    def of_account(cls, account_id: UUID) -> "Asker":
        """Somebody who is signed in, and has a code sent to whatever address was typed."""
        return cls(f"account:{account_id}")

    @classmethod
    def opener(cls, account_id: UUID, by: By) -> "Asker":
        """Whoever opened an account, and alone knows its id."""
        return cls(f"opener:{account_id}", network_of(by.address), is_stranger=False)


class CodeCounts:
    """Counts before anything is decided. Whoever is meant and is not there costs the same statements."""

    def __init__(self, allowances: Allowances, attempts: Attempts) -> None:
        self._allowances = allowances
        self._attempts = attempts

    def asker(self, account_id: UUID | None, known_device: str, by: By) -> Asker:
        """Who asks without a session: a device that the owner of this account signed in on, or somebody's network."""
        network = network_of(by.address)
        place = self._attempts.source_of(f"account:{account_id or ''}", known_device, network)
        return Asker(place, is_stranger=False) if place.startswith(DEVICE_SOURCE) else Asker(place, network)

    def may_ask(self, what: str, meant: str, asker: Asker, now: datetime) -> None:
        """Count that a code is asked for; refused alike whether or not there is anybody to send it to."""
        if asker.network and not self._network_may(asker.network, now):
            raise CodesTooOften(retry_after=_HOUR - int(now.timestamp()) % _HOUR)
        slot = f"{asker.place}\0{meant}"
        if not self._allowances.spend(what, slot, now, at_most=CODES_A_DAY, apart=RESEND_AFTER):
            raise CodesTooOften(retry_after=int(RESEND_AFTER.total_seconds()))

    def may_go(self, destination: str | None, meant: str, asker: Asker, now: datetime) -> bool:
        """Count that a code goes out; where none does, as much is counted under the name of who was meant.

        What all strangers have together is spent only by a code that one of them may have: whoever asks on and on from
        one place takes no more of it than five.
        """
        to = destination or f"{_NOWHERE}\0{meant}"
        own = self._allowances.spend(
            "destination", f"{asker.place}\0{to}", now, at_most=CODES_A_DAY, apart=RESEND_AFTER
        )
        if not asker.is_stranger:
            return own and destination is not None
        of_all = to if own else f"{_NOWHERE}\0{asker.place}"
        left = self._allowances.spend("destination of all", of_all, now, at_most=CODES_TO_ONE_A_DAY)
        return own and left and destination is not None

    def _network_may(self, network: str, now: datetime) -> bool:
        hour = int(now.timestamp()) // _HOUR
        return self._allowances.spend("network", f"{network}\0{hour}", now, at_most=CODES_A_NETWORK_AN_HOUR)
