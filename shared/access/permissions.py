"""The table of who may do what; everything that does not stand here is forbidden."""

from dataclasses import dataclass
from typing import Final

ROLES: Final = (
    "student",
    "registrar",
    "province_admissions",
    "province_education",
    "ministry",
    "operator",
    "image_collector",
    "self_taught_office",
    "verifier",
    "auditor",
    "system",
)
ANYONE: Final = "anyone"  # no assertion needed

# Where a permission reaches
OWN_SCHOOL: Final = "own_school"
OWN_PROVINCE: Final = "own_province"
OWN_PERSON: Final = "own_person"
NATION: Final = "nation"

# What comes with it
MASKED: Final = "mask"  # identity data leave masked (A25-1)
LOGGED: Final = "log_view"  # the look itself is recorded (A24-3)
EVIDENCE: Final = "evidence"  # the answer given is recorded (A6-2)


@dataclass(frozen=True, slots=True)
class Permission:
    """One role may do one action within a reach; the rule that says so, and what the service owes in return."""

    action: str
    role: str
    reach: str
    rule: str
    obligations: frozenset[str] = frozenset()
    second_person: bool = False  # whoever submitted it may not do this (A24-2)


def _may(
    role: str, reach: str, rule: str, *actions: str, owes: tuple[str, ...] = (), second_person: bool = False
) -> tuple[Permission, ...]:
    return tuple(Permission(action, role, reach, rule, frozenset(owes), second_person) for action in actions)


PERMISSIONS: Final[tuple[Permission, ...]] = (
    # admission lists: the province hands in and reviews, the ministry re-checks and releases (A7)
    *_may("province_admissions", OWN_PROVINCE, "A7-1", "submit_admission_batch"),
    *_may(
        "province_education",
        OWN_PROVINCE,
        "A7-1",
        "review_admission_batch",
        "return_admission_batch",
        second_person=True,
    ),
    *_may("ministry", NATION, "A7-2", "release_admission_batch", "return_admission_batch", second_person=True),
    # what no entrance examination lists is listed by the school, and reviewed like any other list (A7-1)
    *_may("registrar", OWN_SCHOOL, "A7-1", "submit_special_admissions"),
    # wrong or missing admission data: the school asks, the admissions office verifies, the ministry decides (A10)
    *_may("registrar", OWN_SCHOOL, "A10-1", "request_admission_fix"),
    *_may("province_admissions", OWN_PROVINCE, "A10-2", "propose_admission_fix"),
    *_may("ministry", NATION, "A10-3", "decide_admission_fix", second_person=True),
    # a school acts for its own students and nobody else's (A4-1)
    *_may("registrar", OWN_SCHOOL, "A4-1", "decide_entry", "register_students", "register_years", "draft_certificates"),
    *_may("registrar", OWN_SCHOOL, "A24-2", "confirm_certificates", second_person=True),
    *_may(
        "registrar",
        OWN_SCHOOL,
        "A4-1",
        "recheck_students",
        "annotate_preparatory",
        "ask_to_check",
        "change_status",
        "annotate_records",
        "issue_papers",
        "declare_school_year",
        "propose_cancellation",
        "file_case",
        "review_case",
        "agree_transfer",
        "answer_conflict",
    ),
    # what cannot be taken back needs a second person (A24-2)
    *_may("registrar", OWN_SCHOOL, "A24-2", "confirm_cancellation", second_person=True),
    # a province decides what a school may not decide alone; it writes no record itself (A4-2, A19-1)
    *_may("province_education", OWN_PROVINCE, "A19-1", "decide_case", second_person=True),
    *_may("province_education", OWN_PROVINCE, "A4-2", "confirm_transfer", "decide_conflict", "report_incident"),
    *_may("ministry", NATION, "A6-3", "decide_conflict", "report_incident"),
    *_may("ministry", NATION, "A26-2", "declare_illegal_entry"),
    *_may("province_education", OWN_PROVINCE, "A26-2", "declare_illegal_entry"),
    *_may("province_education", OWN_PROVINCE, "A24-2", "confirm_illegal_entry", second_person=True),
    *_may("ministry", NATION, "A24-2", "confirm_illegal_entry", second_person=True),
    # registers that existed before
    *_may("province_education", OWN_PROVINCE, "A28-1", "load_existing"),
    *_may("ministry", NATION, "A28-1", "load_existing"),
    # the student, for the own record
    *_may("student", OWN_PERSON, "A11-2", "confirm_own_status", "dispute_own_status", "file_own_case"),
    *_may("student", OWN_PERSON, "R41-22", "request_transfer"),
    # what is overdue, counts as of a day
    *_may("registrar", OWN_SCHOOL, "A13-1", "read_overdue", "read_counts", "read_cases", "read_admission_fixes"),
    *_may(
        "province_education",
        OWN_PROVINCE,
        "A13-1",
        "read_overdue",
        "read_counts",
        "read_cases",
        "read_admission_fixes",
    ),
    # the admissions office reads what is wrong with admissions, and no student's disputes, transfers or conflicts
    *_may("province_admissions", OWN_PROVINCE, "A10-2", "read_admission_fixes"),
    *_may("ministry", NATION, "A6-3", "read_overdue", "read_counts", "read_cases", "read_admission_fixes"),
    *_may("auditor", NATION, "AUD-1", "read_counts"),
    # files of every kind: what stands in them needs its own permission besides (the kind's)
    *_may("registrar", OWN_SCHOOL, "A4-1", "submit_file", "commit_plan", "undo_batch"),
    *_may("registrar", OWN_SCHOOL, "A24-2", "commit_irreversible_plan", second_person=True),
    *_may("province_admissions", OWN_PROVINCE, "A7-1", "submit_file", "commit_plan", "undo_batch"),
    *_may("province_education", OWN_PROVINCE, "A4-2", "submit_file", "commit_plan", "undo_batch"),
    *_may("province_education", OWN_PROVINCE, "A24-2", "commit_irreversible_plan", second_person=True),
    *_may("ministry", NATION, "A6-3", "submit_file", "commit_plan", "undo_batch"),
    *_may("ministry", NATION, "A24-2", "commit_irreversible_plan", second_person=True),
    # own students as a file to fill in: for a purpose, marked and recorded (A25-2)
    *_may("registrar", OWN_SCHOOL, "A25-2", "export_roster", owes=(LOGGED,)),
    # reading
    *_may("registrar", OWN_SCHOOL, "A4-1", "read_batch", owes=(LOGGED,)),
    *_may("province_admissions", OWN_PROVINCE, "A7-1", "read_batch", owes=(LOGGED,)),
    *_may("province_education", OWN_PROVINCE, "A4-2", "read_batch", owes=(LOGGED,)),
    *_may("ministry", NATION, "A6-3", "read_batch", owes=(LOGGED,)),
    *_may("student", OWN_PERSON, "A21-1", "read_own_records", "read_status"),
    *_may("registrar", OWN_SCHOOL, "A4-1", "read_status", owes=(MASKED, LOGGED)),
    *_may("province_education", OWN_PROVINCE, "A4-2", "read_status", owes=(MASKED, LOGGED)),
    *_may("ministry", NATION, "A6-3", "read_status", owes=(MASKED, LOGGED)),
    *_may("operator", NATION, "A6-1", "read_status", owes=(MASKED, LOGGED)),
    # photos
    *_may("student", OWN_PERSON, "A21-1", "issue_capture_code"),
    *_may("registrar", OWN_SCHOOL, "A4-1", "issue_capture_code"),
    *_may("image_collector", NATION, "X-PHOTO-1", "submit_photo"),
    *_may("image_collector", NATION, "A24-2", "review_photo", second_person=True),
    # reports: the student's alone
    *_may("student", OWN_PERSON, "A21-1", "request_report", "close_report", "extend_report"),
    *_may(ANYONE, NATION, "A21-2", "verify_report", owes=(EVIDENCE,)),
    # watching and keeping it running
    *_may("auditor", NATION, "AUD-1", "read_audit", owes=(MASKED, LOGGED)),
    *_may("ministry", NATION, "A6-3", "read_audit", owes=(MASKED, LOGGED)),
    *_may("operator", NATION, "A6-1", "replay_parked"),
    *_may("system", NATION, "A2-3", "run_due"),
)

ACTIONS: Final[tuple[str, ...]] = tuple(dict.fromkeys(permission.action for permission in PERMISSIONS))
