"""Who may do what as the reference says it of its actors (domain, section 1.2), and by which actions it is done.

The table of permissions is held to this one by a test, and the page on access shows both: what is still to come, and
where the registry lets somebody do what the reference does not name, each with its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FREELY: Final = "✔"  # may
WITHIN: Final = "◐"  # only in the own scope, or under a condition
NEVER: Final = "✖"
# The columns of the reference, and the role behind each actor
ACTORS: Final[Mapping[str, str]] = {
    "STU": "student",
    "REG": "registrar",
    "PADM": "province_admissions",
    "PEDU": "province_education",
    "MOE": "ministry",
    "CTR": "operator",
    "IMG": "image_collector",
    "VER": "verifier",
    "SELF-P": "self_taught_office",
    "AUD": "auditor",
}


@dataclass(frozen=True)
class Line:
    """One line of the reference: a mark for each actor, in their order, and by what somebody does it.

    `by` names the actions of each role that may; `later` says what is still to come, and with what; `besides` the
    actions of roles that the reference marks as never, and why they have them all the same.
    """

    what: str
    marks: str
    by: Mapping[str, tuple[str, ...]]
    later: Mapping[str, str] = field(default_factory=dict)
    besides: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    @property
    def mark_of(self) -> dict[str, str]:
        """By role, what the reference says."""
        return dict(zip(ACTORS.values(), self.marks.split(), strict=True))

    @property
    def actions(self) -> frozenset[str]:
        """Everything by which anybody does this."""
        return frozenset(action for actions in self.by.values() for action in actions) | frozenset(
            action for actions, _ in self.besides.values() for action in actions
        )


_REGISTERING: Final = ("decide_entry", "register_students", "register_years", "draft_certificates")
_ABOVE: Final = ("province_education", "ministry")
_UNLAWFUL: Final = ("declare_illegal_entry", "confirm_illegal_entry")
_WITH_A_LOG: Final = tuple(role for role in ACTORS.values() if role not in ("student", "image_collector"))
_SELF_TAUGHT: Final = "the diplomas of self-taught examinations (A4-3) come with the rest of credentials"
_PHOTOS: Final = "back-filling and checking photos come with the issue on imaging (R21-1, RF-1)"
_PUBLIC: Final = "the door is public: whoever has a code needs no account, so no role can be kept from it (A21-2)"

MATRIX: Final[tuple[Line, ...]] = (
    Line(
        "submit admission data",
        "✖ ✖ ◐ ◐ ✖ ✖ ✖ ✖ ✖ ✖",
        {
            "province_admissions": ("submit_admission_batch",),
            "province_education": ("review_admission_batch", "return_admission_batch"),
        },
        besides={
            "registrar": (("submit_special_admissions",), "it lists whom no entrance examination lists (A7-1)"),
            "ministry": (("return_admission_batch",), "it re-checks a reviewed list and may return it (A7-2)"),
        },
    ),
    Line(
        "correct admission data",
        "✖ ◐ ✔ ✖ ✔ ✖ ✖ ✖ ✖ ✖",
        {
            "registrar": ("request_admission_fix",),
            "province_admissions": ("propose_admission_fix",),
            "ministry": ("decide_admission_fix",),
        },
    ),
    Line(
        "register statuses, years and qualifications",
        "✖ ◐ ✖ ✖ ✖ ✖ ✖ ✖ ◐ ✖",
        {"registrar": (*_REGISTERING, "confirm_certificates")},
        later={"self_taught_office": _SELF_TAUGHT},
        besides=dict.fromkeys(_ABOVE, (("load_existing",), "registers that existed before are taken over (A28-1)")),
    ),
    Line(
        "change an identity field while at school",
        "◐ ✔ ✖ ✔ ✖ ✖ ✖ ✖ ✖ ✖",
        {
            "student": ("file_own_case", "dispute_own_status"),
            "registrar": ("file_case", "review_case"),
            "province_education": ("decide_case",),
        },
    ),
    Line(
        "change a qualification after publication",
        "✖ ◐ ✖ ✔ ✖ ✖ ✖ ✖ ◐ ✖",
        {"registrar": ("file_case",), "province_education": ("decide_case",)},
        later={"self_taught_office": _SELF_TAUGHT},
    ),
    Line(
        "cancel a status",
        "✖ ✔ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖",
        {"registrar": ("propose_cancellation", "confirm_cancellation")},
        besides=dict.fromkeys(_ABOVE, (_UNLAWFUL, "a status that was entered unlawfully is revoked (A26-2)")),
    ),
    Line(
        "read a full archive",
        "✔ ◐ ✖ ◐ ◐ ◐ ✖ ✖ ◐ ✖",
        {
            "student": ("read_own_archive", "read_own_records"),
            "registrar": ("read_status", "unmask_person"),
            "province_education": ("read_status", "unmask_person"),
            "ministry": ("read_status", "unmask_person"),
            "operator": ("read_status",),
        },
        later={"self_taught_office": _SELF_TAUGHT},
        besides={"auditor": (("unmask_person",), "one record, for a reason that a second person approved (AUD-1)")},
    ),
    Line(
        "create, close and extend a report",
        "✔ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖",
        {"student": ("request_report", "close_report", "extend_report")},
    ),
    Line(
        "verify a report or a certificate",
        "✔ ✔ ✔ ✔ ✔ ✔ ✖ ✔ ✔ ✖",
        {role: ("verify_report",) for role in ACTORS.values() if role not in ("image_collector", "auditor")},
        besides=dict.fromkeys(("image_collector", "auditor"), (("verify_report",), _PUBLIC)),
    ),
    Line(
        "upload a photo",
        "◐ ◐ ✖ ✖ ✖ ✖ ✔ ✖ ◐ ✖",
        {"image_collector": ("submit_photo",)},
        later=dict.fromkeys(("student", "registrar", "self_taught_office"), _PHOTOS),
    ),
    Line("confirm a photo", "✔ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖", {}, later={"student": _PHOTOS}),
    Line(
        "read audit log",
        "◐ ◐ ◐ ◐ ✔ ◐ ✖ ◐ ◐ ✔",
        {
            "student": ("read_own_looks",),  # "who viewed me"
            **dict.fromkeys(_WITH_A_LOG, ("read_office_looks",)),
        },
    ),
)  # fmt: skip
