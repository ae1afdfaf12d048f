"""Identity providers over HTTPS: their settings from a TOML file, their words in small and timely answers.

[[provider]]
office = "education-11"
issuer = "https://login.office.example"
client_id = "xueji"
secret_file = "/run/secrets/education-11"
strong_acr = ["phr"]          # what counts as a strong factor there
strong_amr = ["mfa", "hwk"]
"""

import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from services.identity.application.oidc import Provider, ProviderSilent
from services.identity.domain.login_rules import WrongSignIn

_REMEMBERED: Final = 600.0
_LARGEST: Final = 256 * 1024
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    office: str
    issuer: str
    client_id: str
    secret_file: str
    strong_acr: tuple[str, ...] = ()
    strong_amr: tuple[str, ...] | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    provider: list[_Entry]


class ProvidersFile:
    """The identity providers of offices, by office; without a file there are none."""

    def __init__(self, path: Path | None) -> None:
        text = path.read_text(encoding="utf-8") if path else "provider = []"
        found = msgspec.convert(tomllib.loads(text), _File)
        self._providers = {entry.office: _provider(entry) for entry in found.provider}
        if len(self._providers) != len(found.provider):
            raise ValueError("an office's identity provider appears twice")

    def offices(self) -> list[str]:
        """The offices that have one."""
        return list(self._providers)

    def of(self, office: str) -> Provider | None:
        """The provider of an office."""
        return self._providers.get(office)


class HttpsProviders:
    """Speaks to providers: certificates are checked, nothing is redirected, nothing is read without end."""

    def __init__(self, *, timeout: float = 5.0, pool: urllib3.PoolManager | None = None) -> None:
        self._pool = pool or urllib3.PoolManager(timeout=urllib3.Timeout(total=timeout), retries=False)
        self._remembered: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}

    def authorization_endpoint(self, provider: Provider) -> str:
        """Where browsers are sent."""
        return _safe(self._metadata(provider).get("authorization_endpoint"))

    def keys(self, provider: Provider, *, anew: bool) -> dict[str, Any]:
        """The keys with which it signs."""
        address = _safe(self._metadata(provider).get("jwks_uri"))
        if anew:
            self._remembered.pop((provider.issuer, "keys"), None)
        return self._remember(provider, "keys", address)

    def exchange(self, provider: Provider, *, code: str, verifier: str, return_to: str) -> str:
        """The ID token for a code."""
        metadata = self._metadata(provider)
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": return_to, "code_verifier": verifier}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            headers.update(urllib3.make_headers(basic_auth=f"{provider.client_id}:{provider.client_secret}"))
        else:
            said.update(client_id=provider.client_id, client_secret=provider.client_secret)
        status, answer = self._ask("POST", _safe(metadata.get("token_endpoint")), urlencode(said).encode(), headers)
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise WrongSignIn  # the provider knows why: a code that is over, used, or another client's
        return token

    def _metadata(self, provider: Provider) -> dict[str, Any]:
        address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._remember(provider, "metadata", address)
        if found.get("issuer") != provider.issuer:
            raise ProviderSilent
        return found

    def _remember(self, provider: Provider, what: str, address: str) -> dict[str, Any]:
        known = self._remembered.get((provider.issuer, what))
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        status, found = self._ask("GET", _safe(address), None, {"Accept": "application/json"})
        if status != 200:
            raise ProviderSilent
        self._remembered[provider.issuer, what] = (time.monotonic() + _REMEMBERED, found)
        return found

    def _ask(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        try:
            answer = self._pool.request(
                method, address, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
            try:
                content = answer.read(_LARGEST + 1)
            finally:
                answer.close()  # whatever is left of it is not read
            found = msgspec.json.decode(content) if len(content) <= _LARGEST else None
        except (urllib3.exceptions.HTTPError, OSError, msgspec.DecodeError) as error:
            raise ProviderSilent from error
        if not isinstance(found, dict):
            raise ProviderSilent
        return answer.status, found


def _provider(entry: _Entry) -> Provider:
    _safe(entry.issuer)
    secret = Path(entry.secret_file).read_text(encoding="utf-8").strip()
    amr = {} if entry.strong_amr is None else {"strong_amr": entry.strong_amr}
    return Provider(entry.office, entry.issuer, entry.client_id, secret, entry.strong_acr, **amr)


def _safe(address: Any) -> str:
    """Only over TLS; without it only on this very machine, for tests and trials."""
    parts = urlsplit(str(address))
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return str(address)
    raise ProviderSilent
