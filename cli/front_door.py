"""The front door: the gateway's WSGI application, and public verification, as the environment says."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from shared.blobs.sealed_files import SealedBlobs
from shared.bus.client import RpcClient
from shared.bus.health import serve_health

_kept_open: list[ExitStack] = []


def gateway_app(environ: Mapping[str, str], *, verification: Any = None) -> Any:
    """The gateway; `verification` is an application of this process, or the verification service's address is used."""
    from gateway.app import create_app  # its libraries are not in the verification service's image
    from gateway.settings import GatewaySettings

    settings = GatewaySettings.from_environ(environ)
    client = RpcClient(settings.amqp_url, name="gateway")
    _serve_health(environ, client)
    if settings.blob_keys_file is None:
        raise ValueError("XUEJI_BLOB_KEYS_FILE (or XUEJI_KEYS_FILE) must name the keys of files")
    blobs = SealedBlobs.at(settings.blobs_dir, settings.blob_keys_file)
    return create_app(settings, client, verification or settings.verification_url, blobs)


def _serve_health(environ: Mapping[str, str], client: RpcClient) -> None:
    """The calls' figures on the private port, as long as the process lives; the first of several processes has it."""
    health = ExitStack()
    try:
        health.enter_context(serve_health(environ, ready=lambda: client.connected))
    except OSError:
        return
    _kept_open.append(health)


def public_app(environ: Mapping[str, str]) -> Any:
    """Public verification straight from the read tables."""
    from services.verification import public  # its libraries are not in the gateway's image

    return public.app(environ)


def whole_app(environ: Mapping[str, str]) -> Any:
    """Both in one process: the embedded registry's front door. The gateway says whom it asks for (X-Forwarded-For)."""
    return gateway_app(environ, verification=public_app({**environ, "XUEJI_TRUSTED_PROXIES": "127.0.0.1/32"}))
