"""Whom each operation of the front door concerns: the tables that the tests of strangers go by."""

from collections.abc import Mapping

from cli import examples
from tests.support.grounds import MACHINES, MORE_OPERATORS
from tests.support.operations import Operation


def named(text: str) -> frozenset[str]:
    """The operations that a text lists."""
    return frozenset(text.split())


OPERATORS = (*(name for name, *_ in examples.OPERATORS), *(name for name, *_ in MORE_OPERATORS))
EVERYBODY = ("nobody", "other", *OPERATORS, *(name for name in MACHINES if name != "ministry-machine"))
# What is asked for belongs to the third school in province 51, unless it says otherwise here
# (what the school's people for adult education, and its other systems, are told of is looked at by itself)
AT_HOME = frozenset(("scu-registrar-1", "scu-registrar-2", "scu-adult-1", "scu-machine", "education-51"))
TO_PEKING = frozenset(("pku-registrar-1", "pku-registrar-2", "pku-machine", "admissions-11", "education-11"))
TO_HANGZHOU = frozenset(("zju-registrar-1", "zju-registrar-2", "education-33", "education-33-machine"))
# of what kind one is who is not registered yet nobody knows: the second side's whole school answers for it
NOT_REGISTERED_YET = frozenset(("zju-adult-1",))
OF_THE_AGENCY = frozenset(("collector-1", "collector-2"))
LISTED_BY_PROVINCE = frozenset(("admissions-51",))
CONCERNED: Mapping[str, frozenset[str]] = {
    "/admission-batches/": frozenset(("admissions-11", "education-11")),
    "/admission-batches": LISTED_BY_PROVINCE,
    "/admission-fixes/": TO_PEKING,  # the correction is asked for by another school
    "/admission-fixes": LISTED_BY_PROVINCE,
    "/batches/": LISTED_BY_PROVINCE,
    "/batches": LISTED_BY_PROVINCE,
    "/certificate-batches/": LISTED_BY_PROVINCE,
    # two schools claim one person, the third is none of them
    "/conflicts/": TO_PEKING | TO_HANGZHOU | NOT_REGISTERED_YET,
    "/transfers/": TO_HANGZHOU,  # where the student wants to go
    "/photos/": OF_THE_AGENCY,
    "/consented/": frozenset(("verifier-1",)),  # the office that the consent names
}
# Who works for the whole nation, and what each reaches; everything else is as closed to them as to anyone
SUPPORT = """
    download_photo find_certificate find_status get_admission get_archive get_certificate get_photo get_status
    get_status_as_of list_admissions list_preparatory list_rechecks
"""
NATIONWIDE: Mapping[str, frozenset[str]] = {
    # aggregates and re-checks (A6-3, A7-3), decides between provinces; masked, and each look is recorded
    "ministry": named(
        f"""
        {SUPPORT} get_batch get_case get_cancellation get_certificate_batch get_conflict get_incident get_school
        get_transfer get_admission_fix list_admission_fixes list_batches list_cancellations list_cases list_checks
        list_conflicts list_identity_versions list_incidents list_missing_students list_overdue_returns
        list_overdue_schools list_transfers list_recheck_terms list_year_reminders reconcile_batch watch_batch
        count_statuses count_years download_batch_errors download_certificate_batch_errors download_conflicts_evidence
        download_plan get_plan download_admission_fixes_evidence download_cases_evidence
        download_incidents_evidence
        download_transfers_evidence close_incident decide_admission_fix decide_conflict declare_illegal_entry
        open_conflict open_conflict_of_status open_incident recheck_admission_batch release_admission_batch
        return_admission_batch withdraw_conflict
        appoint_operator approve_unmasking close_office decide_claim_appeal download_offices_evidence found_office
        get_identity_claim get_office invite_operator link_provider_account list_alerts list_disowned_records
        list_looks_of_office
        list_identity_claims list_machine_clients list_operators merge_office name_office_owner register_machine_client
        rename_office resume_office revoke_machine_client revoke_operator rotate_machine_secret suspend_office
        unlink_provider_account unmask_status compare_claim_document
        """
    ),
    # helps those who ask, gives its reason, and reviews claims to documents (AC-11, AC-19)
    "operator-1": named(
        f"""
        {SUPPORT} ask_more_evidence compare_claim_document decide_identity_claim decide_merge decide_split
        get_identity_claim list_identity_claims list_merges propose_merge propose_split put_back_identity_claim
        search_people see_claim_evidence take_identity_claim
        """
    ),
    "auditor-1": named(
        """
        approve_unmasking ask_unmasking count_statuses count_years list_alerts list_identity_versions
        list_looks_of_office unmask_status
        """
    ),
}
# Open to everybody: nothing of a person leaves by them
PUBLIC: Mapping[str, str] = {
    "preview_account": "shows the asker what the asker has just typed",
    "open_account": "whoever opens an account has none yet; that a document is taken is told, and how to contest it",
    "send_contact_code": "the code goes to the account's own contact and is not in the answer",
    "prove_contact_code": "whoever proves a contact has no session yet",
    "resend_activation": "the message goes to the contact that was named, if it waits for one",
    "request_sign_in_code": "the code goes to the account's own contact and is not in the answer",
    "request_recovery_code": "the code goes to the account's own contact and is not in the answer",
    "recover_user_name": "the code that came to the contact is what opens it",
    "reset_password": "the code that came to the contact is what opens it",
    "sign_in_with_code": "whoever signs in has no session yet",
    "sign_in_with_password": "whoever signs in has no session yet",
    "sign_in_with_passkey": "whoever signs in has no session yet",
    "sign_in_with_provider": "whoever signs in has no session yet",
    "sign_in_operator": "whoever signs in has no session yet",
    "begin_passkey_sign_in": "a challenge for nobody in particular",
    "list_providers": "names offices, and nobody who works there",
    "list_schools": "names schools, and nobody who works or studies there",
    "begin_provider_sign_in": "the address of an office's identity provider",
    "begin_enrolment": "the invitation's code is what opens it",
    "complete_enrolment": "the ceremony that the invitation began is what opens it",
    "open_identity_claim": "whoever contests a document has no account; the same is told whoever holds it",
    "send_claim_code": "the code goes to the claim's own contact and is not in the answer",
    "prove_claim_contact": "the code that came to the contact is what opens it",
    "verify_report": "strangers verify; the code is all that opens a report (A21-2)",
    "list_rules": "the rulebook is public",
    "explain_rule": "the rulebook is public",
}
# Open to whoever has a claim's secret; without it they are as closed as anything that belongs to somebody
BY_SECRET = named(
    """
    appeal_identity_claim ask_classmates check_evidence_room hand_in_identity_claim prove_by_knowledge
    upload_claim_evidence view_identity_claim withdraw_identity_claim
    """
)
# Names nobody else: whose it is follows from who asks, so that there is no id to put another's in
OWN: Mapping[str, str] = {
    **dict.fromkeys(
        named("""
        bind_my_records bind_record_by_number explain_missing_record get_my_account get_my_archive list_my_consents
        list_my_certificates list_my_factors list_my_identities list_my_looks list_my_photos list_my_records
        list_my_sessions list_my_verifications list_my_vouches list_own_admissions list_own_claims list_own_statuses
        list_reportable_records list_reports
        """),
        "what is the asker's own",
    ),
    **dict.fromkeys(
        named("""
        add_passkey add_totp ask_identity_change begin_passkey begin_passkey_step_up begin_totp change_my_name
        close_account confirm_provider_account
        end_my_sessions make_recovery_codes name_contact prove_new_contact remove_totp send_step_up_code
        set_password sign_out step_up_with_code step_up_with_otp step_up_with_passkey
        """),
        "changes the asker's own account and ways in",
    ),
    **dict.fromkeys(
        ("get_consent_request", "approve_consent_request", "decline_consent_request"),
        "the link that an office hands over is what opens it; nobody is named, and what is approved is the asker's own",
    ),
    "request_consent": "asks in the name of the asker's own office, and learns nothing of anybody",
    "vouch_for_classmate": "the code that a classmate handed over is what opens it, and nothing of the claim is told",
    "list_offices": "the offices within the asker's own reach",
    "list_photos_to_review": "what waits at the asker's own agency",
    "list_waiting_reports": "the registry's own operator: ids and reasons, no person",
    "upload_evidence": "a paper; it is found again only where a case names it",
}


def concerned(operation: Operation) -> frozenset[str]:
    """Whom an operation concerns when it is asked for what is there."""
    special = next((found for place, found in CONCERNED.items() if _is_at(operation.path, place)), frozenset())
    return special if special & TO_PEKING else special | AT_HOME


def _is_at(path: str, place: str) -> bool:
    return path.startswith(place) if place.endswith("/") else path == place
