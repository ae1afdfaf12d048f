"""The document that somebody names, and a passport's country."""

import pytest

from services.identity.application.documents import with_country
from shared.rules.refused import MalformedValue

PASSPORT = {"id_type": "A", "id_number": "e1234 5678", "name": "Anna Maria"}


@pytest.mark.rule("A3-2")
def test_the_country_of_a_passport_becomes_part_of_its_number() -> None:
    """Given a passport, when it is named with its issuing country, then both are kept as one number."""
    said = with_country({**PASSPORT, "issuing_country": "USA"}, needed=True)
    assert said == {**PASSPORT, "id_number": "USA:E12345678"}


def test_a_new_passport_needs_its_country_and_an_old_entry_does_not() -> None:
    with pytest.raises(MalformedValue) as refused:
        with_country(PASSPORT, needed=True)
    assert refused.value.as_dict()["field"] == "issuing_country"
    assert with_country(PASSPORT) == PASSPORT
    assert with_country({**PASSPORT, "id_number": "USA:E12345678"}, needed=True)["id_number"] == "USA:E12345678"


@pytest.mark.parametrize(("id_type", "country"), [("1", "CHN"), ("A", "XYZ"), ("C", "HKG")])
def test_a_country_that_does_not_fit_is_refused(id_type: str, country: str) -> None:
    with pytest.raises(MalformedValue) as refused:
        with_country({"id_type": id_type, "id_number": "E12345678", "issuing_country": country})
    assert refused.value.as_dict()["field"] == "issuing_country"


def test_other_documents_are_left_as_they_are() -> None:
    said = {"id_type": "1", "id_number": "11010519491231002X", "issuing_country": None}
    assert with_country(said, needed=True) == {"id_type": "1", "id_number": "11010519491231002X"}
