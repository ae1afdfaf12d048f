"""The rules that nothing decides yet; whoever builds one takes its id out of this list."""

from typing import Final

# one line a service; see docs/rulebook.md for what each of them says
NOT_YET: Final[frozenset[str]] = frozenset(
    (
        # enrollment
        # identity
        # imaging
        # credentials
        # verification
    )
)  # fmt: skip
