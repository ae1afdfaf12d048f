"""Numbers that follow from statements with two times are those of counting, whatever is said in whichever order."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.eventstore.tally import changes

DAYS = range(6)
STATEMENT = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS), st.sampled_from(("in", "out", "away", None)))


def moved(before, statement):
    return before if statement["said"] is None else statement["said"]


def place(statement):
    return statement["version"]


def group_on(statements, day, known):
    """What the latest statement said: of those valid by a day and recorded by an instant."""
    seen = [each for each in statements if each["valid_from"] <= day and each["recorded_at"] <= known]
    found = None
    for each in sorted(seen, key=lambda each: (each["valid_from"], each["version"])):
        found = moved(found, each)
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(STATEMENT, min_size=1, max_size=4), max_size=4))
def test_the_sum_of_all_changes_is_the_number_of_any_day_as_known_at_any_instant(batches):
    known: list = []
    found: Counter = Counter()
    for batch in batches:
        added = [
            {"valid_from": day, "recorded_at": instant, "said": said, "version": len(known) + number}
            for number, (day, instant, said) in enumerate(batch)
        ]
        for day, instant, group, n in changes(known, added, moved, place):
            found[day, instant, group] += n
        known += added
    for day in DAYS:
        for instant in DAYS:
            counted: Counter = Counter()
            for (valid_from, recorded_at, group), n in found.items():
                if valid_from <= day and recorded_at <= instant:
                    counted[group] += n
            here = group_on(known, day, instant)
            assert {group: n for group, n in counted.items() if n} == ({here: 1} if here is not None else {})
