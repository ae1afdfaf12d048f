"""OpenID Connect: against a real provider, and against one that lies in every way that matters."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.identity.adapters.oidc import HttpsProviders, ProvidersFile
from services.identity.application.offices import NotItsOwner
from services.identity.application.oidc import Provider, ProviderSilent
from services.identity.domain.login_rules import (
    AlreadyLinked,
    CeremonyOver,
    FactorUnknown,
    LastStrongFactor,
    LinkWaits,
    WrongSignIn,
)
from services.identity.tests.office_world import OTHER_SCHOOL, SCHOOL, office_world
from services.identity.tests.sign_in.conftest import SignInWorld
from shared.access.assertion import NotSignedIn
from shared.access.decide import NotPermitted, StepUpNeeded
from shared.eventstore.privacy import Keyring
from shared.rules.refused import NotFound
from tests.support.actors import StandingClock
from tests.support.identity_provider import (
    SECRET,
    LyingProvider,
    approve,
    know_user,
    query_of,
    real_provider,
)

ACCOUNT = "248289761001"
Lie = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def world(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[SignInWorld]:
    """A world at the real time: providers have clocks of their own."""
    with office_world(databases, keyring, tmp_path, StandingClock(datetime.now(UTC))) as offices:
        yield SignInWorld(offices, HttpsProviders())


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    with LyingProvider().running() as provider:
        yield provider


@pytest.fixture
def operator(world: SignInWorld, provider: LyingProvider) -> str:
    """An operator of a school whose provider is the one that lies, linked beforehand."""
    world.providers.known[SCHOOL] = Provider(SCHOOL, provider.issuer, "xueji", SECRET)
    operator_id, _, _ = world.registrar()
    link(world, operator_id)
    world.clock.instant = datetime.now(UTC)
    confirm(world, provider, operator_id)
    return operator_id


def own_session(world: SignInWorld, operator_id: str) -> Any:
    """A session that the operator began with a factor of the own, just shown."""
    holder = world.offices.holders.named(operator_id)
    assert holder is not None
    by = world.by(None, "begin", None, "", "")
    began = world.identity.sessions.begin(holder, amr=("hwk",), device="", by=by, strong=True)
    return world.asserted(began)


def confirm(world: SignInWorld, provider: LyingProvider, operator_id: str) -> Any:
    """The operator signs in at the provider too, in the own session."""
    begun = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    back = provider.approve(begun["address"])
    mine = own_session(world, operator_id)
    return world.tell(mine, "confirm_provider_account", ceremony=begun["ceremony"], **back)


def owner_of(world: SignInWorld, operator_id: str) -> Any:
    owner = next(each for each in world.offices.holders_of(SCHOOL) if each != operator_id)
    return world.offices.signed_in(owner)


def link(world: SignInWorld, operator_id: str, account: str = ACCOUNT) -> None:
    world.tell(owner_of(world, operator_id), "link_provider_account", operator_id=operator_id, account=account)


def sign_in(world: SignInWorld, provider: LyingProvider) -> dict[str, Any]:
    begun = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    back = provider.approve(begun["address"])
    return dict(world.tell(None, "sign_in_with_provider", ceremony=begun["ceremony"], **back))


@pytest.mark.asvs("10.2.1", "10.5.1", "10.5.4")
def test_staff_sign_in_at_their_offices_own_provider(world: SignInWorld) -> None:
    """Given a real provider and an operator linked to an account there, when the operator signs in there with a strong
    factor, then there is a session here, after a strong factor."""
    with real_provider() as issuer:
        world.providers.known[SCHOOL] = Provider(SCHOOL, issuer, "xueji", "any")
        operator_id, _, _ = world.registrar()
        link(world, operator_id, "zhaoyun")
        know_user(issuer, "zhaoyun", amr=["pwd", "otp"])
        know_user(issuer, "stranger", amr=["otp"])
        know_user(issuer, "weak", amr=["pwd"])
        world.clock.instant = datetime.now(UTC)
        begun = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
        back = approve(begun["address"], "zhaoyun")
        said = {"ceremony": begun["ceremony"], "state": back["state"], "code": back["code"]}
        world.tell(own_session(world, operator_id), "confirm_provider_account", **said)
        begun = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
        asked = query_of(begun["address"])
        assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == ("code", "S256", "openid")
        assert asked["redirect_uri"] == "https://xueji.example/sign-in/provider"
        back = approve(begun["address"], "zhaoyun")
        answer = world.tell(
            None, "sign_in_with_provider", ceremony=begun["ceremony"], state=back["state"], code=back["code"]
        )
        found = world.asserted(answer)
        assert (found.sub, found.amr, found.stepped_up) == (operator_id, ("oidc", "otp"), True)
        for account in ("stranger", "weak"):
            begun = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
            back = approve(begun["address"], account)
            with pytest.raises(WrongSignIn):
                world.tell(
                    None, "sign_in_with_provider", ceremony=begun["ceremony"], state=back["state"], code=back["code"]
                )


def test_the_provider_that_can_lie_is_believed_when_it_does_not(
    world: SignInWorld, provider: LyingProvider, operator: str
) -> None:
    assert world.asserted(sign_in(world, provider)).sub == operator


def test_whoever_signs_in_is_told_which_offices_have_a_provider(
    world: SignInWorld, provider: LyingProvider, operator: str
) -> None:
    """An office that nobody founded has no staff: it is not told, though somebody wrote its provider down."""
    world.providers.known["never-founded"] = world.providers.known[SCHOOL]
    told = world.rooms.providers.list_providers()["providers"]
    assert [each["office"] for each in told] == [SCHOOL]
    assert told[0]["office_name"]


def changed(**changes: Any) -> Lie:
    return lambda claims: {**claims, **changes}


def without(name: str) -> Lie:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.rule("X-SIGN-5")
@pytest.mark.asvs("9.2.1", "9.2.2", "9.2.3", "10.5.1")
@pytest.mark.parametrize(
    "lie",
    [
        changed(nonce="another"),
        without("nonce"),
        changed(aud="another-client"),
        changed(aud=["another-client"]),
        changed(aud=["xueji", "another-client"]),
        changed(aud=["xueji", "another-client"], azp="another-client"),
        changed(azp="another-client"),
        without("aud"),
        changed(iss="https://another.example"),
        without("iss"),
        changed(exp=int(time.time()) - 3600),
        changed(exp="tomorrow"),
        without("exp"),
        changed(iat=int(time.time()) + 3600),
        changed(iat=int(time.time()) - 3600),
        without("iat"),
        changed(sub="another-account"),
        changed(sub=""),
        changed(sub=7),
        without("sub"),
        changed(amr=["pwd"]),
        changed(amr="mfa"),
        without("amr"),
        lambda claims: {**without("amr")(claims), "acr": "phr"},
    ],
)
def test_what_a_provider_says_wrongly_lets_nobody_in(
    world: SignInWorld, provider: LyingProvider, operator: str, lie: Lie
) -> None:
    """Given an operator linked to an account of a provider, when nonce, audience, issuer, time, account or the strength
    of the sign-in are not as they must be, then there is no session."""
    provider.lie = lie
    with pytest.raises(WrongSignIn):
        sign_in(world, provider)


@pytest.mark.asvs("9.1.1", "9.1.2", "9.1.3")
@pytest.mark.parametrize(
    "sign",
    [
        lambda provider: provider.unsigned,
        lambda provider: provider.with_public_key_as_secret,
        lambda provider: (
            lambda claims: provider.signed(claims, type(provider.key).generate_key(2048, {"kid": "k1"}, private=True))
        ),
        lambda provider: lambda claims: provider.signed(claims)[:-6] + "AAAAAA",
        lambda provider: lambda claims: "not a token",
    ],
    ids=["none", "public key as secret", "another key", "changed", "nonsense"],
)
def test_what_the_provider_did_not_sign_lets_nobody_in(
    world: SignInWorld, provider: LyingProvider, operator: str, sign: Any
) -> None:
    provider.sign = sign(provider)
    with pytest.raises(WrongSignIn):
        sign_in(world, provider)


def test_a_new_key_of_the_provider_is_fetched(world: SignInWorld, provider: LyingProvider, operator: str) -> None:
    sign_in(world, provider)
    provider.key = type(provider.key).generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)
    assert world.asserted(sign_in(world, provider)).sub == operator


@pytest.mark.rule("X-SIGN-6")
@pytest.mark.asvs("10.2.1")
def test_a_code_that_was_brought_to_another_browser_or_twice_lets_nobody_in(
    world: SignInWorld, provider: LyingProvider, operator: str
) -> None:
    """Given a sign-in that was begun, when it is completed with another browser's state, twice, too late, or with a
    code that was used, then there is no session."""
    mine = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    other = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    theirs = provider.approve(other["address"])
    with pytest.raises(CeremonyOver):
        world.tell(None, "sign_in_with_provider", ceremony=mine["ceremony"], **theirs)
    world.tell(None, "sign_in_with_provider", ceremony=other["ceremony"], **theirs)
    with pytest.raises(CeremonyOver):
        world.tell(None, "sign_in_with_provider", ceremony=other["ceremony"], **theirs)
    again = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    state = query_of(again["address"])["state"]
    with pytest.raises(WrongSignIn):  # the code was used
        world.tell(None, "sign_in_with_provider", ceremony=again["ceremony"], state=state, code=theirs["code"])
    injected = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    foreign = provider.approve(world.tell(None, "begin_provider_sign_in", office=SCHOOL)["address"])
    state = query_of(injected["address"])["state"]
    with pytest.raises(WrongSignIn):  # PKCE: the code belongs to another sign-in
        world.tell(None, "sign_in_with_provider", ceremony=injected["ceremony"], state=state, code=foreign["code"])
    late = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    world.forward(minutes=5)
    with pytest.raises(CeremonyOver):
        world.tell(None, "sign_in_with_provider", ceremony=late["ceremony"], **provider.approve(late["address"]))


def test_a_provider_speaks_for_its_own_office_alone(world: SignInWorld, provider: LyingProvider, operator: str) -> None:
    world.providers.known[OTHER_SCHOOL] = Provider(OTHER_SCHOOL, provider.issuer, "xueji", SECRET)
    begun = world.tell(None, "begin_provider_sign_in", office=OTHER_SCHOOL)
    with pytest.raises(WrongSignIn):
        world.tell(None, "sign_in_with_provider", ceremony=begun["ceremony"], **provider.approve(begun["address"]))
    with pytest.raises(NotFound):
        world.tell(None, "begin_provider_sign_in", office="education-11")


@pytest.mark.rule("A24-1")
def test_an_account_is_linked_by_the_offices_owner_alone_and_stands_for_one_operator(
    world: SignInWorld, provider: LyingProvider, operator: str
) -> None:
    """Given an operator, when the account at the provider is linked by the operator, by another office, or without a
    step-up, then it is refused; when the owner unlinks it, then its sessions end."""
    answer = sign_in(world, provider)
    asked = {"operator_id": operator, "account": "another"}
    with pytest.raises((NotItsOwner, NotPermitted)):
        world.tell(world.asserted(answer), "link_provider_account", **asked)
    owner = owner_of(world, operator)
    with pytest.raises(StepUpNeeded):
        world.tell(world.offices.signed_in(owner.sub, stepped_up=False), "link_provider_account", **asked)
    with pytest.raises(NotSignedIn):
        world.tell(None, "link_provider_account", **asked)
    with pytest.raises(AlreadyLinked):
        link(world, operator)
    with pytest.raises(AlreadyLinked):
        world.tell(owner_of(world, operator), "link_provider_account", operator_id=owner.sub, account=ACCOUNT)
    world.tell(owner_of(world, operator), "unlink_provider_account", operator_id=operator, account=ACCOUNT)
    with pytest.raises(NotSignedIn):
        world.asserted(answer)
    with pytest.raises(WrongSignIn):
        sign_in(world, provider)
    assert ACCOUNT not in world.offices.everything_kept()
    world.offices.require_sound()


@pytest.mark.rule("A24-2")
def test_an_account_signs_nobody_in_until_its_operator_proved_it(world: SignInWorld, provider: LyingProvider) -> None:
    """Given an account that the owner named for an operator, when somebody signs in with it, when the owner or a
    colleague confirms it, or when the operator confirms without a step-up or with another account, then it is refused;
    when the operator signs in there in a session of the own, then the account signs her in."""
    world.providers.known[SCHOOL] = Provider(SCHOOL, provider.issuer, "xueji", SECRET)
    operator_id, _, _ = world.registrar()
    link(world, operator_id)
    world.clock.instant = datetime.now(UTC)
    with pytest.raises(LinkWaits):
        sign_in(world, provider)
    owner = owner_of(world, operator_id).sub
    with pytest.raises(FactorUnknown):
        confirm(world, provider, owner)
    mine = own_session(world, operator_id)
    begun = world.tell(None, "begin_provider_sign_in", office=SCHOOL)
    said = {"ceremony": begun["ceremony"], **provider.approve(begun["address"])}
    with pytest.raises(StepUpNeeded):
        world.tell(replace(mine, stepped_up=False), "confirm_provider_account", **said)
    provider.lie = changed(sub="another-account")
    with pytest.raises(FactorUnknown):
        confirm(world, provider, operator_id)
    provider.lie = dict
    assert world.tell(mine, "list_my_factors")["provider_accounts_waiting"] == 1
    confirm(world, provider, operator_id)
    factors = world.tell(mine, "list_my_factors")
    assert (factors["provider_accounts"], factors["provider_accounts_waiting"]) == (1, 0)
    assert world.asserted(sign_in(world, provider)).sub == operator_id
    assert any("confirmed your account" in each for each in world.notices())
    world.offices.require_sound()


@pytest.mark.rule("X-SIGN-3")
def test_an_account_of_a_provider_that_left_counts_no_more_and_is_unlinked(
    world: SignInWorld, provider: LyingProvider, operator: str
) -> None:
    """Given an operator linked to an account of a provider, when the provider leaves the settings, then the last other
    strong factor stays, and the owner unlinks the account with its name or without."""
    mine = own_session(world, operator)
    before = world.providers.known.pop(SCHOOL)
    assert world.tell(mine, "list_my_factors")["provider_accounts"] == 0
    with pytest.raises(LastStrongFactor):
        world.tell(mine, "remove_totp")
    with pytest.raises(FactorUnknown):
        world.tell(owner_of(world, operator), "unlink_provider_account", operator_id=operator, account="another")
    world.tell(owner_of(world, operator), "unlink_provider_account", operator_id=operator)
    world.providers.known[SCHOOL] = before
    with pytest.raises(WrongSignIn):
        sign_in(world, provider)
    link(world, operator)
    del world.providers.known[SCHOOL]
    world.tell(owner_of(world, operator), "unlink_provider_account", operator_id=operator, account=ACCOUNT)
    world.offices.require_sound()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://another.example"},
        {"authorization_endpoint": "http://login.office.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_names_another_place_is_not_followed(
    world: SignInWorld, provider: LyingProvider, metadata: dict[str, Any]
) -> None:
    world.providers.known[SCHOOL] = Provider(SCHOOL, provider.issuer, "xueji", SECRET)
    provider.metadata = metadata
    with pytest.raises(ProviderSilent):
        world.tell(None, "begin_provider_sign_in", office=SCHOOL)


@pytest.mark.parametrize("answer", [b"not json", [1], b" " * (257 * 1024)])
def test_an_answer_of_another_kind_is_no_answer(
    world: SignInWorld, provider: LyingProvider, operator: str, answer: Any
) -> None:
    provider.token_answer = lambda _: answer
    with pytest.raises(ProviderSilent):
        sign_in(world, provider)


def test_an_answer_without_a_token_lets_nobody_in(world: SignInWorld, provider: LyingProvider, operator: str) -> None:
    provider.token_answer = lambda _: {"access_token": "only this"}
    with pytest.raises(WrongSignIn):
        sign_in(world, provider)


def test_settings_of_providers_come_from_a_file_and_are_checked(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    entry = '[[provider]]\noffice = "education-11"\nissuer = "{}"\nclient_id = "xueji"\nsecret_file = "{}"\n'
    file = tmp_path / "providers.toml"
    file.write_text(entry.format("https://login.office.example", secret) + 'strong_acr = ["phr"]\n')
    found = ProvidersFile(file).of("education-11")
    assert found is not None
    assert (found.client_secret, found.strong_acr) == ("s3cret", ("phr",))
    assert "s3cret" not in repr(found)
    assert ProvidersFile(None).of("education-11") is None
    file.write_text(entry.format("http://login.office.example", secret))
    with pytest.raises(ProviderSilent):
        ProvidersFile(file)
