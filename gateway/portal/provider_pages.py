"""Signing in through an office's own identity provider: chosen, sent there, taken back (OpenID Connect)."""

from typing import Any, Final

from flask import Blueprint, Response, g, request, url_for

from gateway.api.limits import caller_network, spend
from gateway.languages import LANGUAGES, preferred
from gateway.portal.asking import asked
from gateway.portal.rendering import LANGUAGE
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.visits import (
    back_from_elsewhere,
    begin_elsewhere,
    begin_visit,
    device_words,
    gone_to,
    kept_from_elsewhere,
    own_path,
    signed_in,
    step_up_first,
    way_back,
)
from shared.contracts.rpc.identity_factors import ConfirmProviderAccountV1
from shared.contracts.rpc.identity_sign_in import BeginProviderSignInV1, ListProvidersV1, SignInWithProviderV1
from shared.rules.refused import Refused

_SEPARATOR: Final = "|"
_CONFIRMS: Final = "confirms"


class NotSignedInThere(Refused):
    """The office's provider sent the browser back without a word for it: cancelled, or begun somewhere else."""

    rule = "X-SIGN-5"
    status = 401
    zh = "机构未确认您的登录：可能已取消、已超时，或在其他浏览器中开始。请重试。"
    en = "Your office did not confirm: it was cancelled, took too long or began in another browser. Please try again."


def add_provider_pages(pages: Blueprint) -> None:
    """Put the pages into the portal. The provider knows one address of ours, which has no language."""
    pages.add_url_rule(f"/{LANGUAGE}/sign-in/office", "sign_in_offices", sign_in_offices)
    pages.add_url_rule(f"/{LANGUAGE}/sign-in/office/<string:office>", "sign_in_office", sign_in_office)
    pages.add_url_rule("/sign-in/provider", "provider_return", provider_return)
    pages.add_url_rule(f"/{LANGUAGE}/me/provider", "confirm_provider", confirm_provider)


def sign_in_offices(language: str) -> Response:
    """The offices that have a provider; a link to each, for a form may not lead to another site."""
    return _page(language)


def sign_in_office(language: str, office: str) -> Response:
    """To the provider; what must come back with the same browser is kept in it."""
    spend("sign_in", caller_network())
    begun = asked(BeginProviderSignInV1, {"office": office[:40]})
    if begun.refusal:
        return _page(language, begun.refusal)
    kept = _SEPARATOR.join((language, begun.answer["ceremony"], way_back("")))
    return begin_elsewhere(gone_to(begun.answer["address"]), kept)


@signed_in
def confirm_provider(language: str) -> Response:
    """To the provider of the own office, to prove the account that its owner named; a strong factor is shown first."""
    if not g.actor.stepped_up:
        return step_up_first(language)
    begun = asked(BeginProviderSignInV1, {"office": g.actor.office})
    if begun.refusal:
        return _page(language, begun.refusal)
    back = url_for("pages.security", language=language)
    kept = _SEPARATOR.join((language, begun.answer["ceremony"], back, _CONFIRMS))
    return begin_elsewhere(gone_to(begun.answer["address"]), kept)


def provider_return() -> Response:
    """Where the provider sends the browser; a session begins if the provider vouches for who was linked to it."""
    spend("sign_in", caller_network())
    language, ceremony, back, why = (*kept_from_elsewhere().split(_SEPARATOR), "", "", "", "")[:4]
    language = language if language in LANGUAGES else preferred("zh")
    said = {name: request.args.get(name, "") for name in ("state", "code")}
    if not ceremony or not all(said.values()):
        return back_from_elsewhere(_page(language, NotSignedInThere().as_dict()))
    if why == _CONFIRMS:
        return back_from_elsewhere(_confirmed(language, said={**said, "ceremony": ceremony}))
    more = {"ceremony": ceremony, "device": device_words(), "command_id": command_number()}
    signed = asked(SignInWithProviderV1, {**said, **more})
    if signed.refusal:
        return back_from_elsewhere(_page(language, signed.refusal))
    led = gone_to(own_path(back, url_for("pages.me", language=language)))
    return back_from_elsewhere(begin_visit(led, signed.answer))


@signed_in
def _confirmed(language: str, said: dict[str, str]) -> Response:
    """Back in the own session, which the browser brings along."""
    outcome = asked(ConfirmProviderAccountV1, {**said, "command_id": command_number()})
    if outcome.refusal:
        return _page(language, outcome.refusal)
    return gone_to(url_for("pages.security", language=language))


def _page(language: str, refusal: Any = None) -> Response:
    found = asked(ListProvidersV1, {}).answer.get("providers", [])
    other = "en" if language == "zh" else "zh"
    other_path = url_for("pages.sign_in_offices", language=other)
    return form_page(
        "sign_in_offices.html", language, refusal, providers=found, next=way_back(""), other_path=other_path
    )
