"""The document that somebody names: of a passport its issuing country is part of the number."""

from collections.abc import Mapping
from typing import Any

from shared.codes.id_documents import PASSPORT, country_of, passport_number
from shared.codes.malformed import Malformed
from shared.rules.refused import MalformedValue


def with_country(request: Mapping[str, Any], *, needed: bool = False) -> dict[str, Any]:
    """The request with the issuing country in the number; `needed` refuses a new passport without one.

    Two countries give out equal numbers, which are two documents; what was entered before the country was asked for
    stays as it is.
    """
    said = dict(request)
    issuer = said.pop("issuing_country", None)
    if said["id_type"] != PASSPORT:
        if issuer:
            raise MalformedValue(
                field="issuing_country",
                reason_zh="只有护照需要签发国",
                reason_en="only a passport has an issuing country",
            )
        return said
    if issuer:
        said["id_number"] = _numbered(issuer, said["id_number"])
    elif needed and country_of(said["id_number"]) is None:
        raise MalformedValue(
            field="issuing_country",
            reason_zh="请选择护照的签发国",
            reason_en="name the country that issued the passport",
        )
    return said


def _numbered(issuer: str, number: str) -> str:
    try:
        return passport_number(issuer, number)
    except Malformed as malformed:
        raise MalformedValue.because(malformed, field="issuing_country") from None
