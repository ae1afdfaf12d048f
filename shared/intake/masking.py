"""How a wrong cell is shown: enough to find it, not enough to tell who it is."""

from shared.codes.id_documents import mask_id_number, mask_name

_SHOWN = 40
_TELLING = 11  # as many digits as a telephone number has


def shown(text: str) -> str:
    """A value that names no person: as it is, shortened, without characters that could steer a screen."""
    clean = text if text.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in text)
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def masked_remark(text: str) -> str:
    """A remark as it is; by its first character one that may hold somebody's number or address, which none may."""
    tells = sum(map(str.isdigit, text)) >= _TELLING or any(sign in text for sign in "@＠")
    return mask_name(shown(text)) if tells else shown(text)


def masked_name(text: str) -> str:
    """A name: its first character, then stars."""
    return mask_name(shown(text))


def masked_number(text: str) -> str:
    """An identity number: its ends, fewer of them the shorter it is."""
    return mask_id_number(shown(text))


def masked_date(text: str) -> str:
    """A birth date: its year."""
    clean = shown(text)
    return clean[:4] + "*" * max(len(clean) - 4, 0)
