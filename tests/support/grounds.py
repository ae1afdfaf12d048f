"""The registry with one of everything in it, and everybody whom it does not concern."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cli import examples
from cli.client import Answer, Caller, until
from cli.story import API, Silent, Story
from services.identity.application.machine_clients import SCOPES
from services.identity.application.one_time_passwords import otp_at
from shared.access.assertion import Assertion, Signer
from shared.eventstore.privacy import Keyring
from tests.support import cohort as small
from tests.support.platform import Platform
from tests.support.school_walk import csv_of
from tests.support.walk import PKU, SCU, ZJU, Walk

PAPER = b"%PDF-1.7\n1 0 obj\n"
# Beside the demo's offices one of every other role, so that nobody is left out
MORE_OPERATORS = (
    ("self-taught-51", "self_taught_office", "province", "51", "all"),
    ("verifier-1", "verifier", "agency", "verifier-9", "all"),
    # appointed for adult education alone, of which none of the cohort's students is
    ("pku-adult-1", "registrar", "school", PKU, "adult"),
    ("zju-adult-1", "registrar", "school", ZJU, "adult"),
    ("scu-adult-1", "registrar", "school", SCU, "adult"),
)
# Other systems of these offices, each with every scope that there is
MACHINES = {
    "pku-machine": ("registrar", "school", PKU, PKU),
    "scu-machine": ("registrar", "school", SCU, SCU),
    "education-33-machine": ("province_education", "province", "33", "education-33"),
    "ministry-machine": ("ministry", "nation", "moe", "moe"),
}


def operators_file(folder: Path) -> Path:
    """The demo's operators and one of each role that the demo does not know."""
    path = folder / "operators.toml"
    text = (Path(examples.__file__).parents[1] / "examples/operators.demo.toml").read_text(encoding="utf-8")
    for operator_id, role, level, org, kind in MORE_OPERATORS:
        digest = sha256(examples.demo_key(operator_id).encode()).hexdigest()
        text += (
            f'\n[[operator]]\nid = "{operator_id}"\nname = ""\nrole = "{role}"\nlevel = "{level}"\nkind = "{kind}"\n'
        )
        text += f'org = "{org}"\nkey_sha256 = "{digest}"\n'
    path.write_text(text, encoding="utf-8")
    return path


class Asking(Story):
    """The story, in whose last spring one student asks for a transfer: later it would be barred."""

    asking: Callable[[], str]
    transfer: str = ""

    def take_photos(self) -> None:
        super().take_photos()
        self.transfer = self.asking()


class Grounds(Walk):
    """The walk's cohort, and in its third school one of each thing that somebody could reach for."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.platform = platform
        self.cohort = small.small_cohort(folder)
        self.cohort.keys.update({name: examples.demo_key(name) for name, *_ in MORE_OPERATORS})
        self.nobody = Caller(platform.origin)
        self.mailbox = platform.folder / "mailbox"
        self.staying = [one for one in small.students_of(small.THIRD) if one not in small.leavers_of(small.THIRD)]
        self.graduate = small.leavers_of(small.THIRD)[0]
        self.victim, self.stranger = self.staying[0], small.leavers_of(small.FIRST)[4]
        self.story = Asking(self.cohort, self.nobody, self.mailbox, Silent(), platform.clock.set)
        self.story.asking = self._transfer
        self.outcome = self.story.tell()
        self.owner, self.other = self.student(self.victim), self.student(self.stranger)
        self.paper = self._paper()
        self.ids = self._begun()

    def machine(self, name: str) -> str:
        """The token of another system, as identity signs one for the client's secret."""
        role, level, org, office = MACHINES[name]
        now = self.platform.clock.now()
        who = Assertion(
            f"machine:{name}",
            role,
            level,
            "all",
            org,
            ("secret",),
            name,
            now + timedelta(days=1),
            office=office,
            scopes=SCOPES,
        )
        keyring = Keyring.from_file(self.platform.folder / "keys.toml")
        return Signer(keyring.assertion_private_pem, self.platform.clock).sign(who)

    def _paper(self) -> str:
        return str(self.operator("scu-registrar-1").upload(f"{API}/evidence", "proof.pdf", PAPER)["digest"])

    def _begun(self) -> dict[str, str]:
        """The id of each thing, by the path that it stands below."""
        statuses = until(lambda: self.owner.get(f"{API}/me/statuses")["statuses"] or None, "the own statuses")
        (status,) = [each["status_id"] for each in statuses]
        of_school = "school_code = %s AND state = 'approved' LIMIT 1"
        return {
            "students": status,
            "graduates": self._status(self.graduate),
            "batches": self.outcome.batches[2]["batch_id"],
            "admission-batches": self.outcome.admissions["batch_id"],
            "certificate-batches": self.outcome.certificates[2]["batch_id"],
            "planned": self._planned(),
            "refused": self._refused(),
            "certificates": self._of(
                "credentials", "SELECT certificate_id FROM certificate_register WHERE school_code = %s LIMIT 1", SCU
            ),
            "photos": self._of("imaging", f"SELECT photo_id FROM photo_register WHERE {of_school}", SCU),
            "reports": self._report(status),
            **self._of_identity(status),
            "cases": self._case(),
            "transfers": self.story.transfer,
            "cancellations": self._cancellation(),
            "conflicts": self._conflict(),
            "incidents": self._incident(),
            "admission-fixes": self._fix(),
        }

    def _planned(self) -> str:
        """A file of years that was tried out; nobody of its second row studies there."""
        rows = [(self.victim.exam_no, "2025-2026", "注册学籍"), ("22110108999999", "2025-2026", "注册学籍")]
        fields = {
            "kind": "year_results",
            "params": '{"entry_year":"2022","academic_year":"2025"}',
        }
        registrar = self.operator("scu-registrar-1")
        batch = registrar.upload(
            f"{API}/files",
            "years.csv",
            csv_of(examples.YEAR_TITLES, rows),
            plan_first="true",
            school_code=SCU,
            **fields,
        )
        return str(self.story._finished(registrar, f"{API}/batches/{batch['id']}")["batch_id"])

    def _refused(self) -> str:
        """A file of certificates with a row of which nothing came."""
        number = small.certificate_number(small.THIRD, 901)
        rows = [("22110108999999", "20260701", "毕业", number, small.THIRD.president, "普通高等教育")]
        registrar, content = self.operator("scu-registrar-1"), csv_of(examples.CERTIFICATE_TITLES, rows)
        path, fields = f"{API}/certificate-batches", {"school_code": SCU, "entry_year": "2022"}
        batch = registrar.upload(path, "certificates.csv", content, **fields)
        return str(self.story._finished(registrar, f"{path}/{batch['id']}")["batch_id"])

    def _report(self, status: str) -> str:
        until(lambda: self.owner.get(f"{API}/reportable-records")["records"] or None, "the record to report on")
        asked = {"kind": "status", "record_id": status, "language": "both", "months": 3}
        return self._post(self.owner, "reports", asked)

    def _of(self, service: str, query: str, *values: Any) -> str:
        return str(self.rows(service, query, *values)[0][0])

    def _status(self, one: small.Admitted) -> str:
        return str(self.status_of("scu-registrar-1", SCU, one)["status_id"])

    def _post(self, caller: Caller, path: str, body: Answer) -> str:
        return str(caller.post(f"{API}/{path}", body)["id"])

    def _of_identity(self, status: str) -> dict[str, str]:
        """An office with an operator and another system, a consent to it, a claim, a merge, and the own ways in."""
        ministry, support = self.operator("ministry"), self.operator("operator-1")
        for code, kind, name in ((SCU, "school", "四川大学"), ("verifier-9", "verifier", "某用人单位")):
            found = {"code": code, "kind": kind, "name": name, "valid_from": "2026-07-01"}
            ministry.post(f"{API}/offices", found)
        someone = examples.admitted()[40].person
        appointed = {
            "code": SCU, "name": someone.name, "mail": "owner@scu.example", "id_type": someone.id_type,
            "id_number": someone.id_number, "training": "all", "as_owner": True,
        }  # fmt: skip
        body = {name: value for name, value in appointed.items() if name != "code"}
        operator = ministry.post(f"{API}/offices/{SCU}/operators", body)["operator_id"]
        office = self._enrolled(operator)
        word = {"evidence": [self.paper], "statement": "本校学籍管理责任明确,密钥管理制度健全。"}
        office.post(f"{API}/offices/{SCU}/statements", word)
        client = {"name": "campus portal", "scopes": ["read_counts"], "networks": [], "expires_on": "2027-06-30"}
        consent = {
            "office": "verifier-9", "purpose": "入职核验", "scope": ["name", "state"], "records": [status],
            "until": "2026-12-31",
        }  # fmt: skip
        session = next(each for each in self.owner.get(f"{API}/me/sessions")["sessions"] if each["this_one"])
        accounts = [str(each.get(f"{API}/me/account")["id"]) for each in (self.owner, self.other)]
        merge = {"surviving_account": accounts[0], "other_account": accounts[1], "reason": "疑为同一人", "evidence": []}
        heroine = {name: self.cohort.heroine[name] for name in ("id_type", "id_number", "name")}
        claim = {
            "kind": "contested_document", **heroine,
            "channel": "mail", "contact": "claims@example.edu.cn", "statement": "",
        }  # fmt: skip
        return {
            "accounts": accounts[0],
            "offices": SCU,
            "operators": operator,
            "machine-clients": office.post(f"{API}/offices/{SCU}/machine-clients", client)["client_id"],
            "me/consents": (given := self._post(self.owner, "me/consents", consent)),
            "consented": given,
            "consent-requests": self._post(
                self.operator("verifier-1"),
                "consent-requests",
                {name: consent[name] for name in ("purpose", "scope", "until")},
            ),
            "me/sessions": session["session_id"],
            "me/records": status,
            "me/passkeys": "ab" * 32,
            "me/vouches": str(UUID(int=7)),  # nobody's: what is another's is not there either
            "merges": self._post(support, "merges", merge),
            **self._handed_in(claim),
            "unmaskings": self._post(
                self.operator("auditor-1"), f"students/{status}/unmaskings", {"reason": "例行检查"}
            ),
        }

    def _handed_in(self, claim: Answer) -> dict[str, str]:
        """A claim to a document with its pictures, which a reviewer has in hand."""
        claim_id = self._post(self.nobody, "identity-claims", claim)
        path = f"{API}/identity-claims/{claim_id}"
        code = until(lambda: self._code_to(claim["contact"]), "the code of the claim")
        secret = self.nobody.post(f"{path}/contact-proof", {"code": code})["secret"]
        for role in ("holding", "front", "back"):
            picture = self.cohort.photo_of(self.cohort.heroine["exam_no"])
            self.nobody.upload(f"{path}/evidence", f"{role}.jpg", picture, secret=secret, role=role)
        self.nobody.post(f"{path}/hand-in", {"secret": secret})
        reviewer = self.operator("operator-1")
        reviewer._headers["X-Purpose"] = "review of a claim"
        until(lambda: reviewer.get(f"{API}/identity-claims")["claims"] or None, "the claim in the queue")
        reviewer.post(f"{path}/take", {})
        return {"identity-claims": claim_id, "identity-claims/<uuid:claim_id>/evidence": self._picture(reviewer, path)}

    def _picture(self, reviewer: Caller, path: str) -> str:
        found = until(lambda: reviewer.get(path).get("evidence"), "the pictures of the claim")
        return str(found[0]["evidence_id"])

    def _code_to(self, contact: str) -> str | None:
        said = [message.read_text(encoding="utf-8") for message in self.mailbox.glob("*.txt")]
        codes = [re.search(r"Code: (\d{6})", text) for text in said if f"To: {contact}\n" in text]
        return next((found[1] for found in codes if found), None)

    def _enrolled(self, operator: str) -> Caller:
        """An operator who took up the invitation, with a password and one-time passwords."""

        def invited() -> str | None:
            said = [message.read_text(encoding="utf-8") for message in self.mailbox.glob("*.txt")]
            codes = [text.split("Invitation: ")[1].split()[0] for text in said if f"Operator: {operator}\n" in text]
            return codes[0] if codes else None

        invitation = {"operator_id": operator, "code": until(invited, "the invitation")}
        totp = self.nobody.post(f"{API}/enrolments", invitation)["totp"]
        otp = otp_at(totp["seed"], self.platform.clock.now())
        proof = {"ceremony": totp["ceremony"], "password": "four quiet words here", "otp": otp}
        self.office = self.nobody.signed_in(self.nobody.post(f"{API}/enrolments/complete", proof)["session"])
        return self.office

    def _case(self) -> str:
        asked = {"kind": "correction", "values": {"ethnicity": "满族"}, "statement": "民族登记有误"}
        path = f"students/{self._status(self.staying[0])}/cases"
        return self._post(self.operator("scu-registrar-1"), path, {**asked, "evidence": [self.paper]})

    def _transfer(self) -> str:
        asked = {
            "to_school": ZJU, "to_school_name": "浙江大学", "to_level": "本科", "to_major_code": "100201",
            "to_major_name": "临床医学", "reason_kind": "illness", "reason": "患病需在原籍治疗",
            "evidence": [self._paper()],
        }  # fmt: skip
        return self._post(
            self.operator("scu-registrar-1"), f"students/{self._status(self.staying[1])}/transfers", asked
        )

    def _cancellation(self) -> str:
        asked = {
            "kind": "退学", "decision_no": "校学字〔2026〕31号", "decided_on": "2026-07-06",
            "effective_on": "2026-07-06", "proof": "", "reason": "本人申请", "asked_on": None, "evidence": [self.paper],
        }  # fmt: skip
        path = f"students/{self._status(self.staying[2])}/cancellations"
        return self._post(self.operator("scu-registrar-1"), path, asked)

    def _conflict(self) -> str:
        twice = small.people_of(small.SECOND)[-1]
        asked = {
            "school_code": ZJU, "entry_year": 2022, "exam_no": twice.exam_no,
            "statement": "本人持证报到,系统提示已有学籍", "evidence": [self.paper],
        }  # fmt: skip
        return self._post(self.operator("zju-registrar-1"), "conflicts", asked)

    def _incident(self) -> str:
        asked = {
            "kind": "OTHER_BREACH", "summary": "变更申请材料涉嫌伪造", "school_code": SCU, "province": "51",
            "responsible": ["scu-registrar-1"], "unit_head": "scu-registrar-2", "status_ids": [], "case_ids": [],
            "happened_on": "2026-06-26", "evidence": [self.paper],
        }  # fmt: skip
        return self._post(self.operator("education-51"), "incidents", asked)

    def _fix(self) -> str:
        asked = {"kind": "correction", "values": {"ZYMC": "物理学"}, "reason": "专业名称有误", "evidence": [self.paper]}
        one = small.people_of(small.FIRST)[small.DEFERRED_ENTRY]
        return self._post(
            self.operator("pku-registrar-1"), f"schools/4111010001/intakes/2022/admissions/{one.exam_no}/fixes", asked
        )
