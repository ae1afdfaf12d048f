"""What a route of the API is: a method, a path and the contract it asks."""

from dataclasses import dataclass

from shared.contracts.contract import Command, Request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that comes with a request; it goes to the blobs, its digest and name go to the service."""

    action: str  # who may not do this may not fill the disk either
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. Fields of the contract come from the path, from the query (GET) or from the body (POST)."""

    method: str
    path: str
    contract: type[Request]
    tag: str
    public: bool = False  # asked before anybody is signed in
    either: bool = False  # public, and whoever is signed in is known by it
    status: int = 200
    location: str = ""  # where the answer's `id` is read afterwards
    upload: Upload | None = None
    fresh_for: int = 0  # seconds for which everybody may keep the answer

    @property
    def name(self) -> str:
        """The operation's name, and the endpoint's."""
        return self.contract.method

    @property
    def is_command(self) -> bool:
        """Whether it changes something, so that it needs an Idempotency-Key."""
        return issubclass(self.contract, Command)
