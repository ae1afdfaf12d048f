"""A task beside its leader: it goes on while there is work, rests when there is none, and raises where it is asked."""

import threading

import pytest

from shared.eventstore.aside import Aside

SOON = 10.0


def asked(aside, *, until):
    """Ask like a leader, again and again, until something holds."""
    told = []
    for _ in range(200_000):
        told.append(aside.step())
        if until(told):
            return told
    raise AssertionError("it never came about")


def test_the_leader_goes_on_while_the_task_works():
    begun, may_end = threading.Event(), threading.Event()

    def task():
        begun.set()
        assert may_end.wait(SOON)
        return 0

    aside = Aside(task, rests=0.0)
    assert aside.step() == 0
    assert begun.wait(SOON)
    assert [aside.step() for _ in range(3)] == [0, 0, 0]  # nobody waits for it
    may_end.set()
    aside.rest()


def test_everything_that_was_done_is_told_and_it_is_busy_meanwhile():
    left = [5, 7, 11]

    def task():
        return left.pop() if left else 0

    aside = Aside(task, rests=0.0)
    assert sum(asked(aside, until=lambda told: sum(told) == 23)) == 23
    assert aside.busy
    aside.rest()
    assert not aside.busy


def test_what_goes_wrong_is_raised_where_it_is_asked_and_the_task_begins_anew():
    tries = []

    def task():
        tries.append(1)
        if len(tries) == 1:
            raise LookupError("gone")
        return 0

    aside = Aside(task, rests=0.0)
    with pytest.raises(LookupError):
        asked(aside, until=lambda told: False)
    asked(aside, until=lambda told: len(tries) > 1)
    aside.rest()


def test_resting_waits_for_the_end_and_swallows_what_the_store_knows_anyway():
    ended = threading.Event()

    def task():
        ended.set()
        raise LookupError("gone")

    aside = Aside(task, rests=0.0)
    aside.step()
    aside.rest()
    assert ended.is_set()


def test_without_work_it_is_not_asked_again_before_it_has_rested():
    asked_for = []

    def task():
        asked_for.append(1)
        return 0

    aside = Aside(task, rests=3600.0)
    aside.step()
    aside.rest()
    aside.step()
    asked(aside, until=lambda told: len(told) > 1000)
    assert len(asked_for) <= 2
