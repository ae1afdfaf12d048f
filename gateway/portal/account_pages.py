"""The page that a link in an activation mail leads to; and, in a demonstration alone, the mails themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, request

from gateway.platform import platform
from gateway.portal.rendering import LANGUAGE, moved, render_page
from shared.contracts.rpc.identity import ProveContactCodeV1
from shared.rules.refused import Refused

SHOWN: Final = 50
_LONGEST: Final = 64 * 1024


def add_account_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    pages.add_url_rule("/activate", "activate_start", activate_start)
    pages.add_url_rule(f"/{LANGUAGE}/activate", "activate", activate, methods=["GET", "POST"])
    pages.add_url_rule("/demo/mailbox", "mailbox_start", mailbox_start)
    pages.add_url_rule(f"/{LANGUAGE}/demo/mailbox", "mailbox", mailbox)


def activate_start() -> Response:
    """Where the link leads; browsers carry what stands behind # along, servers never see it."""
    return moved("pages.activate")


def activate(language: str) -> Response:
    """The code from the mail; posted, the account is active or the reason why not is said."""
    if request.method == "GET":
        return Response(render_page("activate.html", language))
    refusal = _proven(request.form.get("account", ""), request.form.get("code", ""))
    status = refusal["status"] if refusal else 200
    return Response(render_page("activate.html", language, done=refusal is None, refusal=refusal), status)


def mailbox_start() -> Response:
    """The mailbox in the reader's language."""
    _folder()
    return moved("pages.mailbox")


def mailbox(language: str) -> str:
    """The newest messages of a demonstration, which go nowhere else; there is no such page in any other profile."""
    return render_page("mailbox.html", language, messages=list(_newest(_folder())))


def _proven(account: str, code: str) -> dict[str, Any] | None:
    """Why the account was not activated; None if it was."""
    try:
        account_id = UUID(account)
    except ValueError:
        abort(400)
    if not (len(code) == 6 and code.isascii() and code.isdecimal()):
        abort(400)
    asked = {"command_id": uuid4(), "account_id": account_id, "code": code}
    try:
        platform().ask(ProveContactCodeV1, asked)
    except Refused as refused:
        return refused.as_dict()
    return None


def _folder() -> Path:
    folder = platform().settings.mailbox_dir
    if folder is None:
        abort(404)
    return folder


def _newest(folder: Path) -> Iterator[dict[str, str]]:
    """Each message as its headers and text; a name that begins with a dot is still being written."""
    paths = [path for path in folder.glob("*.txt") if not path.name.startswith(".")]
    paths.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in paths[:SHOWN]:
        head, _, text = path.read_text(encoding="utf-8", errors="replace")[:_LONGEST].partition("\n\n")
        headers = dict(line.partition(": ")[::2] for line in head.splitlines())
        yield {name.lower(): value for name, value in headers.items()} | {"text": text}
