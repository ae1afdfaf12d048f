"""Who may have a code sent: counted by who is meant and from where, so that nobody uses up what another may have."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.identity.application.allowances import Allowances, CodesTooOften, network_of, site_of
from services.identity.application.sign_in_attempts import DEVICE_SOURCE, Attempts
from services.identity.domain.rules import CODES_A_DAY, CODES_TO_ONE_A_DAY, RESEND_AFTER
from shared.access.by import By

# a campus or a hall of residence may share one address: it has more room than one person, and soon has it again
CODES_A_NETWORK_AN_HOUR: Final = 300
# of what all strangers have together; whoever has a whole range of IPv6 is one of them, however many networks it has
CODES_FROM_A_SITE_A_DAY: Final = 10
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

    def __init__(self, allowances: Allowances, attempts: Attempts, epoch_of: Callable[[str], int]) -> None:
        self._allowances = allowances
        self._attempts = attempts
        self._epoch_of = epoch_of  # of a subject's login: a device counts for the newest alone

    def asker(self, account_id: UUID | None, known_device: str, by: By) -> Asker:
        """Who asks without a session: a device that the owner of this account signed in on, or somebody's network."""
        network = network_of(by.address)
        subject = f"account:{account_id or ''}"
        epoch = self._epoch_of(subject) if known_device else 0
        place = self._attempts.source_of(subject, known_device, network, epoch)
        return Asker(place, is_stranger=False) if place.startswith(DEVICE_SOURCE) else Asker(place, network)

    def may_ask(self, what: str, meant: str, asker: Asker, now: datetime) -> None:
        """Count that a code is asked for; refused alike whether or not there is anybody to send it to."""
        self.require_room(asker, now)
        slot = f"{asker.place}\0{meant}"
        if not self._allowances.spend(what, slot, now, at_most=CODES_A_DAY, apart=RESEND_AFTER):
            raise CodesTooOften(retry_after=int(RESEND_AFTER.total_seconds()))

    def require_room(self, asker: Asker, now: datetime) -> None:
        """Count one asking of a network; refused where its hour is full."""
        if asker.network and not self.network_may("network", asker.network, now):
            raise CodesTooOften(retry_after=_HOUR - int(now.timestamp()) % _HOUR)

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
        if site := site_of(asker.network):
            of_site = f"{site}\0{to}" if own else f"{site}\0{_NOWHERE}\0{asker.place}"
            own = self._allowances.spend("site", of_site, now, at_most=CODES_FROM_A_SITE_A_DAY) and own
        of_all = to if own else f"{_NOWHERE}\0{asker.place}"
        left = self._allowances.spend("destination of all", of_all, now, at_most=CODES_TO_ONE_A_DAY)
        return own and left and destination is not None

    def network_may(self, what: str, network: str, now: datetime) -> bool:
        """Count one asking of a network; False where its hour is full."""
        hour = int(now.timestamp()) // _HOUR
        return self._allowances.spend(what, f"{network}\0{hour}", now, at_most=CODES_A_NETWORK_AN_HOUR)
