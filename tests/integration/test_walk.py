"""One cohort's whole life through the front door of the real registry: what came of it, and the audit of it."""

import json
from base64 import b64decode
from collections import Counter

import pika
import pytest
from click.testing import CliRunner

from cli.audit import life, verify_service
from cli.client import until
from cli.main import xueji
from cli.processes import SERVICES
from cli.story import API
from tests.support import cohort as small
from tests.support.walk import (
    ABSENT,
    CERTIFIED,
    LEAVERS,
    PEOPLE,
    Walk,
    ask_public,
    refused_rows,
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def test_each_row_of_the_admission_list_is_accepted_or_refused_by_name(walk: Walk) -> None:
    batch = walk.outcome.admissions
    assert (batch["rows"], batch["accepted"], batch["refused"]) == (PEOPLE + 5, PEOPLE, 5)
    assert len({row["原行号"] for row in refused_rows(walk.outcome.errors_file)}) == 5
    assert walk.rows("enrollment", "SELECT count(*) FROM admission_register") == [(PEOPLE,)]


def test_a_freshman_is_registered_on_an_own_released_admission_and_once(walk: Walk) -> None:
    registrars = [school.registrar for school in walk.cohort.schools]
    rules = Counter()
    for registrar, batch in zip(registrars, walk.outcome.batches[:3], strict=True):
        if batch["refused"]:
            content = walk.operator(registrar).fetch(f"{API}/batches/{batch['batch_id']}/errors")
            for row in refused_rows(content):
                rules.update(rule for rule in ("A7-3", "A4-1", "A8-3", "A8-9") if rule in row["错误原因"])
    assert rules == {"A7-3": 1, "A4-1": 1, "A8-3": 1, "A8-9": 1}
    students = sum(len(small.students_of(school)) for school in small.examples.SCHOOLS)
    assert walk.rows("enrollment", "SELECT count(*) FROM student_register") == [(students,)]


def test_a_deferred_year_is_registered_the_year_after(walk: Walk) -> None:
    years = walk.rows(
        "enrollment",
        "SELECT result, count(*) FROM annual_register GROUP BY result ORDER BY result",
    )
    students = sum(len(small.students_of(school)) for school in small.examples.SCHOOLS)
    assert years == [("deferred", 3), ("registered", students * 3 - 3)]
    assert [batch["refused"] for batch in walk.outcome.batches[3:]] == [0] * 9


def test_certificates_take_effect_but_for_those_without_a_photo(walk: Walk) -> None:
    states = Counter()
    for batch in walk.outcome.certificates:
        states.update(batch["certificates"])
    assert walk.outcome.photos == LEAVERS - ABSENT
    assert states == {"published": CERTIFIED - ABSENT, "incomplete": ABSENT}
    issued = "SELECT count(*) FROM public_log WHERE type = 'degree_issued.v1'"
    assert walk.rows("credentials", issued) == [(CERTIFIED - ABSENT,)]
    known = until(
        lambda: (
            walk.rows("verification", "SELECT count(*) FROM qualification_sheet")[0][0] >= CERTIFIED - ABSENT or None
        ),
        "the certificates to be verifiable",
    )
    assert known
    assert walk.rows("verification", "SELECT count(*) FROM qualification_sheet") == [(CERTIFIED - ABSENT,)]


def test_a_stranger_verifies_the_report_through_the_gateway_and_the_public_route(walk: Walk) -> None:
    report = walk.outcome.verified["report"]
    told = {line["code"]: line["zh"] for line in report["particulars"]}
    assert walk.outcome.verified["outcome"] == "valid"
    assert walk.cohort.heroine["name"] in told.values()
    assert report["photo"]["data"].startswith("data:image/jpeg;base64,")
    assert walk.outcome.pdf.startswith(b"%PDF-")
    direct = ask_public(walk.platform.verification, walk.outcome.report["code"])
    assert (direct.status, direct.json()["report"]["particulars"]) == (200, report["particulars"])


# --- the audit ---


def test_a_life_is_told_from_the_logs_of_all_five_services(walk: Walk) -> None:
    moments = life(walk.platform.environ, walk.outcome.status_id)
    assert {moment.service for moment in moments} == set(SERVICES)
    assert all(moment.effective_on and moment.use_case for moment in moments)
    # whoever opens an account is not signed in yet
    assert all(moment.actor for moment in moments if moment.service != "identity")
    facts = [f"{moment.service} {moment.fact}" for moment in moments]
    for fact in ("enrollment StudentStatus.Registered", "imaging Photo.Approved", "credentials Certificate.Published"):
        assert fact in facts
    assert facts.index("enrollment StudentStatus.Registered") < facts.index("credentials Certificate.Published")
    by_number = life(walk.platform.environ, walk.cohort.heroine["id_number"])
    assert {moment.aggregate for moment in moments} <= {moment.aggregate for moment in by_number}


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_claim_and_decision_row_is_what_the_facts_say(walk: Walk, service: str) -> None:
    found = verify_service(walk.platform.environ, service)
    assert [str(difference) for difference in found.differences] == []
    assert found.events > 0
    assert any(table.rebuilt_rows for table in found.tables)


@pytest.mark.parametrize(
    ("plant", "undo", "named"),
    [
        (
            "UPDATE student_register SET major_name = '别的专业' WHERE status_id = %s",
            "UPDATE student_register SET major_name = '{before}' WHERE status_id = %s",
            ("student_register", "status_id", "major_name"),
        ),
        (
            "UPDATE claims SET key = 'planted' WHERE originator_id = %s AND scope = 'admission.outcome'",
            "UPDATE claims SET key = '{before}' WHERE originator_id = %s AND scope = 'admission.outcome'",
            ("claims", "slot", "key"),
        ),
        (
            "UPDATE standings SET version = version + 7 WHERE originator_id = %s",
            "UPDATE standings SET version = version - 7 WHERE originator_id = %s",
            ("standings", "originator_id", "version"),
        ),
    ],
    ids=["read table", "claim", "decision row"],
)
def test_a_planted_difference_is_named_to_row_and_column(
    walk: Walk, plant: str, undo: str, named: tuple[str, str, str]
) -> None:
    status_id = walk.outcome.status_id
    table, key, column = named
    of_table = {"student_register": "status_id", "claims": "originator_id", "standings": "originator_id"}
    before = walk.rows("enrollment", f"SELECT {column} FROM {table} WHERE {of_table[table]} = %s", status_id)[0][0]
    walk.rows("enrollment", plant, status_id)
    try:
        found = verify_service(walk.platform.environ, "enrollment").differences
    finally:
        walk.rows("enrollment", undo.format(before=before), status_id)
    assert [(difference.table, difference.column) for difference in found] == [(table, column)]
    assert any(part.startswith(f"{key}=") for part in found[0].key)
    if key != "slot":
        assert f"{key}={status_id}" in found[0].key


def test_a_wrong_read_table_is_rebuilt_while_the_registry_runs(walk: Walk) -> None:
    status_id = walk.outcome.status_id
    (before,) = walk.rows("enrollment", "SELECT major_name FROM student_register WHERE status_id = %s", status_id)[0]
    walk.rows("enrollment", "UPDATE student_register SET major_name = '别的专业' WHERE status_id = %s", status_id)
    told = CliRunner().invoke(xueji, ["rebuild", "enrollment"], env=walk.platform.environ, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert "tables rebuilt as of position" in told.output
    found = walk.rows("enrollment", "SELECT major_name FROM student_register WHERE status_id = %s", status_id)
    assert found == [(before,)]
    # whoever held the old tables open goes on with the new ones
    assert walk.operator("pku-registrar-1").get(f"{API}/students/{status_id}")["major_name"] == before


def test_nothing_is_parked_anywhere(walk: Walk) -> None:
    told = CliRunner().invoke(xueji, ["dead-letters", "list"], env=walk.platform.environ, catch_exceptions=False)
    assert (told.exit_code, told.output) == (0, "")


def test_a_poisonous_message_is_parked_shown_and_set_aside_and_the_consumer_lives_on(walk: Walk) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(walk.platform.environ["XUEJI_AMQP_URL"]))
    connection.channel().basic_publish("credentials.events", "degree_issued.v1", b"no batch of facts")
    connection.close()

    def dead_letters(*words: str) -> list[str]:
        told = CliRunner().invoke(xueji, ["dead-letters", *words], env=walk.platform.environ, catch_exceptions=False)
        assert told.exit_code == 0, told.output
        return told.output.splitlines()

    for service in ("enrollment", "identity", "verification"):
        (line,) = until(lambda name=service: dead_letters("list", name) or None, f"a parked body in {service}")
        parked = json.loads(line)
        place = (service, parked["publisher"], str(parked["number"]))
        assert (parked["service"], parked["publisher"]) == (service, "credentials")
        (shown,) = dead_letters("show", *place)
        assert b64decode(json.loads(shown)["body"]) == b"no batch of facts"
        assert dead_letters("replay", *place)[0].startswith("1 facts")
        assert until(lambda name=service: not dead_letters("list", name) or None, f"{service} to set it aside")
