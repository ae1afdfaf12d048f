"""The rules that nothing decides yet; whoever builds one takes its id out of this list."""

from typing import Final

# by the service that keeps them; tests/test_rulebook.py holds the list to the code and to the tests
NOT_YET: Final = frozenset(
    (
        # enrollment
        "AUD-3",
        # identity
        "AUD-2",
        # imaging
        "R21-1", "RF-1",
        # credentials
        "A4-3", "A16-4", "A19-4", "A19-6", "A19-7", "R01-3", "R41-32",
        # verification
        "A22-1", "A22-2", "R18-1",
        # the front door, files, the house
        "X-HEARD-1", "X-AUDIT-1",
    )
)  # fmt: skip
