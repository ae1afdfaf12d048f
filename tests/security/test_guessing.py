"""Guessing through the front door: a code is burnt however many guess at once, a session ends for good."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cli.client import Caller, Problem, until
from cli.story import API
from tests.support import cohort as small
from tests.support.grounds import Grounds
from tests.support.walk import contact_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def status_of(ask: object) -> int:
    """What a request that should be refused ends in."""
    try:
        ask()  # type: ignore[operator]
    except Problem as problem:
        return problem.status
    return 200


def mails(grounds: Grounds, contact: str) -> list[str]:
    found = [path.read_text(encoding="utf-8") for path in grounds.mailbox.glob("*.txt")]
    return [text for text in found if f"To: {contact}\n" in text and re.search(r"Code: \d{6}", text)]


def code_sent(grounds: Grounds, one: small.Admitted) -> tuple[dict[str, str], str]:
    """Who asked for a fresh sign-in code, and the code.

    The clock goes on a little, not so far that sessions of other tests would rest too long.
    """
    grounds.platform.clock.set(grounds.platform.clock.now() + timedelta(minutes=2))
    contact, person = contact_of(one), small.person_of(one)
    before = set(mails(grounds, contact))
    request = grounds.nobody.post(f"{API}/sign-in-codes", person)["request"]
    (new,) = until(lambda: set(mails(grounds, contact)) - before or None, "the code in the mailbox")
    return {**person, "request": request}, re.search(r"Code: (\d{6})", new)[1]  # type: ignore[index]


def tried(grounds: Grounds, asker: dict[str, str], code: str) -> int:
    return status_of(lambda: grounds.nobody.post(f"{API}/sessions", {**asker, "code": code}))


@pytest.mark.asvs("6.5.1", "6.6.3", "6.3.1")
def test_a_code_is_burnt_by_five_misses_however_many_guess_at_once(grounds: Grounds) -> None:
    asker, code = code_sent(grounds, grounds.stranger)
    wrong = [f"{(int(code) + step) % 1_000_000:06d}" for step in range(1, 25)]
    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(lambda guess: tried(grounds, asker, guess), wrong))
    assert set(ended) <= {401, 429}, ended
    assert tried(grounds, asker, code) in (401, 429)


@pytest.mark.asvs("6.6.2", "6.6.3")
def test_a_strangers_misses_burn_nobody_elses_code(grounds: Grounds) -> None:
    asker, code = code_sent(grounds, grounds.stranger)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    stranger = {**asker, "request": "xr1_" + "A" * 43}
    assert [tried(grounds, stranger, guess) for guess in (*[wrong] * 6, code)] == [401] * 7
    assert tried(grounds, asker, code) == 200


@pytest.mark.asvs("6.5.1", "7.4.1", "7.2.4", "16.3.1")
def test_a_code_serves_once_and_a_session_that_was_ended_opens_nothing(grounds: Grounds) -> None:
    asker, code = code_sent(grounds, grounds.victim)
    session = grounds.nobody.post(f"{API}/sessions", {**asker, "code": code})["session"]
    assert tried(grounds, asker, code) == 401
    signed_in = grounds.nobody.signed_in(session)
    own = next(each for each in signed_in.get(f"{API}/me/sessions")["sessions"] if each["this_one"])
    assert "otp" in own["methods"]
    begun = "SELECT count(*) FROM events WHERE topic LIKE %s AND originator_id = %s"
    assert grounds.rows("identity", begun, "%Session.Begun%", own["session_id"]) == [(1,)]
    signed_in.post(f"{API}/me/sign-out", {})
    assert status_of(lambda: signed_in.get(f"{API}/me/sessions")) == 401


@pytest.mark.asvs("16.3.1", "6.3.1")
def test_missed_passwords_are_counted_and_slow_down_one_place_alone(grounds: Grounds) -> None:
    """The gateway believes the proxy of these tests, so that places can be told apart."""

    def tried(network: str) -> int:
        caller = Caller(grounds.platform.origin)
        caller._headers = {"X-Forwarded-For": network}
        asked = {"name": contact_of(grounds.stranger), "password": "not the right one"}
        return status_of(lambda: caller.post(f"{API}/password-sessions", asked))

    assert [tried("198.51.100.7") for _ in range(5)] == [401] * 5
    assert tried("198.51.100.7") == 429
    assert tried("203.0.113.80") == 401
    misses = grounds.rows("identity", "SELECT max(misses) FROM sign_in_attempts")
    assert misses[0][0] >= 5
