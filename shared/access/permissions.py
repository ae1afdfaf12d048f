"""The table of who may do what; everything that does not stand here is forbidden."""

from typing import Final

from shared.access.identity_permissions import IDENTITY_PERMISSIONS
from shared.access.permission import (
    ANYONE,
    EVIDENCE,
    LOGGED,
    MASKED,
    NATION,
    OWN_PERSON,
    OWN_PROVINCE,
    OWN_SCHOOL,
    Permission,
    may,
)

PERMISSIONS: Final[tuple[Permission, ...]] = (
    # admission lists: the province hands in and reviews, the ministry re-checks and releases (A7)
    *may("province_admissions", OWN_PROVINCE, "A7-1", "submit_admission_batch"),
    *may(
        "province_education",
        OWN_PROVINCE,
        "A7-1",
        "review_admission_batch",
        "return_admission_batch",
        second_person=True,
    ),
    *may("ministry", NATION, "A7-2", "release_admission_batch", "return_admission_batch", second_person=True),
    # what no entrance examination lists is listed by the school, and reviewed like any other list (A7-1)
    *may("registrar", OWN_SCHOOL, "A7-1", "submit_special_admissions"),
    # wrong or missing admission data: the school asks, the admissions office verifies, the ministry decides (A10)
    *may("registrar", OWN_SCHOOL, "A10-1", "request_admission_fix"),
    *may("province_admissions", OWN_PROVINCE, "A10-2", "propose_admission_fix"),
    *may("ministry", NATION, "A10-3", "decide_admission_fix", second_person=True),
    # a school acts for its own students and nobody else's (A4-1)
    *may("registrar", OWN_SCHOOL, "A4-1", "decide_entry", "register_students", "register_years", "draft_certificates"),
    *may("registrar", OWN_SCHOOL, "A24-2", "confirm_certificates", second_person=True),
    *may(
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
    *may("registrar", OWN_SCHOOL, "A24-2", "confirm_cancellation", "confirm_entry_withdrawal", second_person=True),
    # a province decides what a school may not decide alone; it writes no record itself (A4-2, A19-1)
    *may("province_education", OWN_PROVINCE, "A19-1", "decide_case", second_person=True),
    *may("province_education", OWN_PROVINCE, "A4-2", "confirm_transfer", "decide_conflict", "report_incident"),
    *may("ministry", NATION, "A6-3", "decide_conflict", "report_incident"),
    *may("province_education", OWN_PROVINCE, "A4-2", "read_incidents", owes=(MASKED, LOGGED)),
    *may("ministry", NATION, "A6-3", "read_incidents", owes=(MASKED, LOGGED)),
    *may("ministry", NATION, "A26-2", "declare_illegal_entry"),
    *may("province_education", OWN_PROVINCE, "A26-2", "declare_illegal_entry"),
    *may("province_education", OWN_PROVINCE, "A24-2", "confirm_illegal_entry", second_person=True),
    *may("ministry", NATION, "A24-2", "confirm_illegal_entry", second_person=True),
    # registers that existed before
    *may("province_education", OWN_PROVINCE, "A28-1", "load_existing"),
    *may("ministry", NATION, "A28-1", "load_existing"),
    # the student, for the own record
    *may("student", OWN_PERSON, "A11-2", "confirm_own_status", "dispute_own_status", "file_own_case"),
    *may("student", OWN_PERSON, "R41-22", "request_transfer"),
    # what is overdue, counts as of a day
    *may("registrar", OWN_SCHOOL, "A13-1", "read_overdue", "read_counts", "read_cases", "read_admission_fixes"),
    *may(
        "province_education",
        OWN_PROVINCE,
        "A13-1",
        "read_overdue",
        "read_counts",
        "read_cases",
        "read_admission_fixes",
    ),
    # the admissions office reads what is wrong with admissions, and no student's disputes, transfers or conflicts
    *may("province_admissions", OWN_PROVINCE, "A10-2", "read_admission_fixes"),
    *may("ministry", NATION, "A6-3", "read_overdue", "read_counts", "read_cases", "read_admission_fixes"),
    *may("auditor", NATION, "AUD-1", "read_counts"),
    # files of every kind: what stands in them needs its own permission besides (the kind's)
    *may("registrar", OWN_SCHOOL, "A4-1", "submit_file", "commit_plan", "undo_batch"),
    *may("registrar", OWN_SCHOOL, "A24-2", "commit_irreversible_plan", second_person=True),
    *may("province_admissions", OWN_PROVINCE, "A7-1", "submit_file", "commit_plan", "undo_batch"),
    *may("province_education", OWN_PROVINCE, "A4-2", "submit_file", "commit_plan", "undo_batch"),
    *may("province_education", OWN_PROVINCE, "A24-2", "commit_irreversible_plan", second_person=True),
    *may("ministry", NATION, "A6-3", "submit_file", "commit_plan", "undo_batch"),
    *may("ministry", NATION, "A24-2", "commit_irreversible_plan", second_person=True),
    # own students as a file to fill in: for a purpose, marked and recorded (A25-2)
    *may("registrar", OWN_SCHOOL, "A25-2", "export_roster", owes=(LOGGED,)),
    # reading
    *may("registrar", OWN_SCHOOL, "A4-1", "read_batch", owes=(LOGGED,)),
    *may("province_admissions", OWN_PROVINCE, "A7-1", "read_batch", owes=(LOGGED,)),
    *may("province_education", OWN_PROVINCE, "A4-2", "read_batch", owes=(LOGGED,)),
    *may("ministry", NATION, "A6-3", "read_batch", owes=(LOGGED,)),
    *may("student", OWN_PERSON, "A21-1", "read_own_records", "read_status"),
    *may("registrar", OWN_SCHOOL, "A4-1", "read_status", owes=(MASKED, LOGGED)),
    *may("province_education", OWN_PROVINCE, "A4-2", "read_status", owes=(MASKED, LOGGED)),
    *may("ministry", NATION, "A6-3", "read_status", owes=(MASKED, LOGGED)),
    *may("operator", NATION, "A6-1", "read_status", owes=(MASKED, LOGGED)),
    # photos
    *may("student", OWN_PERSON, "A21-1", "issue_capture_code"),
    *may("registrar", OWN_SCHOOL, "A4-1", "issue_capture_code"),
    *may("image_collector", NATION, "X-PHOTO-1", "submit_photo"),
    *may("image_collector", NATION, "A24-2", "review_photo", second_person=True),
    # reports: the student's alone
    *may("student", OWN_PERSON, "A21-1", "request_report", "close_report", "extend_report"),
    *may(ANYONE, NATION, "A21-2", "verify_report", owes=(EVIDENCE,)),
    *IDENTITY_PERMISSIONS,
    # watching and keeping it running
    *may("auditor", NATION, "AUD-1", "read_audit", owes=(MASKED, LOGGED)),
    *may("ministry", NATION, "A6-3", "read_audit", owes=(MASKED, LOGGED)),
    *may("operator", NATION, "A6-1", "replay_parked"),
)

ACTIONS: Final[tuple[str, ...]] = tuple(dict.fromkeys(permission.action for permission in PERMISSIONS))
