"""Who may do what with accounts, offices, operators, claims, people and looks: identity's part of the table."""

from typing import Final

from shared.access.permission import (
    LOGGED,
    MASKED,
    NATION,
    OWN_OFFICE,
    OWN_PERSON,
    OWN_PROVINCE,
    OWN_SCHOOL,
    REASON,
    ROLES,
    STEP_UP,
    Permission,
    may,
)

STAFF: Final = tuple(role for role in ROLES if role not in ("student", "system"))
_OF_ONE_OFFICE: Final = tuple(role for role in STAFF if role not in ("ministry", "province_education"))
_OF_AN_OFFICE: Final = (
    "appoint_operator", "revoke_operator", "register_machine_client", "revoke_machine_client",
)  # fmt: skip

IDENTITY_PERMISSIONS: Final[tuple[Permission, ...]] = (
    # how one signs in oneself: nobody does it for another (AC-24)
    *(
        permission
        for role in ("student", *STAFF)
        for permission in (
            *may(role, OWN_PERSON, "AC-24", "read_own_sign_in", "end_own_sessions", "begin_own_sign_in"),
            *may(role, OWN_PERSON, "AC-24", "change_own_sign_in", owes=(STEP_UP,)),
        )
    ),
    # the own account
    *may("student", OWN_PERSON, "AC-1", "read_own_account"),
    *may("student", OWN_PERSON, "AC-7", "change_own_contact", "close_own_account", owes=(STEP_UP,)),
    # the own records and documents
    *may("student", OWN_PERSON, "AC-15", "bind_own_record"),
    *may("student", OWN_PERSON, "AC-19", "ask_own_identity_change"),
    *may("student", OWN_PERSON, "AC-21", "disown_record"),
    *may("registrar", OWN_SCHOOL, "A11-2", "read_disowned_records", owes=(LOGGED,)),
    *may("province_education", OWN_PROVINCE, "A11-2", "read_disowned_records", owes=(LOGGED,)),
    *may("ministry", NATION, "A11-2", "read_disowned_records", owes=(LOGGED,)),
    *may("student", OWN_PERSON, "AC-9", "follow_own_claim"),
    *may("student", OWN_PERSON, "AC-9", "vouch_for_classmate"),
    # who looked, and who may
    *may("student", OWN_PERSON, "A21-1", "read_own_looks", "read_own_archive", "read_own_consents"),
    *may("student", OWN_PERSON, "PIPL-1", "grant_consent", "revoke_consent"),
    *may("verifier", OWN_OFFICE, "PIPL-1", "read_consented", owes=(LOGGED,)),
    *may("verifier", OWN_OFFICE, "AC-23", "request_consent", "read_consent_request"),
    *may("student", OWN_PERSON, "AC-23", "read_consent_request"),
    # contested documents and changed identities: the registry's own office reviews, another person hears the appeal
    *may("operator", NATION, "AC-11", "read_claims", owes=(MASKED, LOGGED)),
    *may("operator", NATION, "AC-11", "review_claim", second_person=True),
    *may("operator", NATION, "AC-9", "compare_claim", second_person=True),
    *may("operator", NATION, "AC-11", "decide_claim", owes=(REASON, STEP_UP), second_person=True),
    *may("ministry", NATION, "AC-10", "read_claims", owes=(MASKED, LOGGED)),
    *may("ministry", NATION, "AC-9", "compare_claim", second_person=True),
    *may("ministry", NATION, "AC-10", "decide_appeal", owes=(REASON, STEP_UP), second_person=True),
    *may("operator", NATION, "AC-19", "propose_merge", owes=(REASON, STEP_UP)),
    *may("operator", NATION, "A24-2", "confirm_merge", owes=(REASON, STEP_UP), second_person=True),
    *may("operator", NATION, "AC-19", "read_people", owes=(MASKED, LOGGED)),
    # what is masked is shown for a reason, and the look is told to whom it shows (A25-1)
    *may("registrar", OWN_SCHOOL, "A25-1", "unmask_person", owes=(STEP_UP, REASON, LOGGED)),
    *may("province_education", OWN_PROVINCE, "A25-1", "unmask_person", owes=(STEP_UP, REASON, LOGGED)),
    *may("ministry", NATION, "A25-1", "unmask_person", owes=(STEP_UP, REASON, LOGGED)),
    *may("auditor", NATION, "AUD-1", "ask_unmasking", owes=(STEP_UP, REASON)),
    *may("auditor", NATION, "AUD-1", "approve_unmasking", owes=(STEP_UP,), second_person=True),
    *may("ministry", NATION, "AUD-1", "approve_unmasking", owes=(STEP_UP,), second_person=True),
    *may("auditor", NATION, "AUD-1", "unmask_person", owes=(STEP_UP, REASON, LOGGED), second_person=True),
    *may("auditor", NATION, "AUD-4", "read_alerts"),
    *may("ministry", NATION, "AUD-4", "read_alerts"),
    # who of an office looked at which records: each office of its own people; whoever takes pictures is told of nobody
    *(
        permission
        for role in ("registrar", "province_admissions", "operator", "verifier", "self_taught_office")
        for permission in may(role, OWN_OFFICE, "A24-3", "read_office_looks", owes=(LOGGED,))
    ),
    *may("province_education", OWN_PROVINCE, "A4-2", "read_office_looks", owes=(LOGGED,)),
    *may("ministry", NATION, "A6-3", "read_office_looks", owes=(LOGGED,)),
    *may("auditor", NATION, "AUD-1", "read_office_looks", owes=(LOGGED,)),
    # offices and the people who work in them (A23-1, A24-1)
    *may("ministry", NATION, "A6-3", "found_office", "change_office", "suspend_office", owes=(STEP_UP,)),
    *may("ministry", NATION, "A24-1", *_OF_AN_OFFICE, owes=(STEP_UP,)),
    *may("ministry", NATION, "A6-3", "read_offices"),
    *may("ministry", OWN_OFFICE, "A23-1", "attest_office", owes=(STEP_UP,)),
    *may("province_education", OWN_PROVINCE, "A4-2", "suspend_office", owes=(STEP_UP,)),
    *may("province_education", OWN_PROVINCE, "A24-1", *_OF_AN_OFFICE, owes=(STEP_UP,)),
    *may("province_education", OWN_PROVINCE, "A4-2", "read_offices"),
    *may("province_education", OWN_OFFICE, "A23-1", "attest_office", owes=(STEP_UP,)),
    *(
        permission
        for role in _OF_ONE_OFFICE
        for permission in (
            *may(role, OWN_OFFICE, "A24-1", *_OF_AN_OFFICE, owes=(STEP_UP,)),
            *may(role, OWN_OFFICE, "A24-1", "read_offices"),
            *may(role, OWN_OFFICE, "A23-1", "attest_office", owes=(STEP_UP,)),
        )
    ),
)
