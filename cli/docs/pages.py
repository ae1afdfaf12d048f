"""Which generated page comes from which function."""

from collections.abc import Callable
from typing import Final

from cli.docs.access import access_page
from cli.docs.asyncapi import asyncapi_document
from cli.docs.bulk import bulk_page
from cli.docs.catalogue import catalogue_page
from cli.docs.rulebook_index import index_text
from cli.docs.rules import rulebook_page
from cli.docs.security import security_page
from gateway.api.document import openapi_text

PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/catalogue.md": catalogue_page,
    "docs/rulebook.md": rulebook_page,
    "shared/rules/index.json": index_text,
    "docs/access.md": access_page,
    "docs/bulk.md": bulk_page,
    "docs/security.md": security_page,
    "docs/asyncapi.yaml": asyncapi_document,
    "docs/openapi.json": openapi_text,
}
