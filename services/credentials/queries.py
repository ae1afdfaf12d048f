"""Rows to answers: the only reader of the read tables of credentials."""

from typing import Any
from uuid import UUID

from services.credentials.domain.certificate import Certificate
from services.credentials.domain.certificate_batch import CertificateBatch
from services.credentials.domain.look import Look
from services.credentials.domain.rules import StatusNotInForce
from shared.access.by import By
from shared.access.decide import Resource, require, require_person
from shared.codes.id_documents import mask_name
from shared.codes.training import ALL, training_of
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.lookup import standings
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]


class CredentialsQueries:
    """Certificates and files as the own school, its province and the ministry may see them."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.looks = Looks(store, Look)

    def get_certificate(self, *, certificate_id: UUID, after_version: int, by: By) -> Answer:
        """One certificate by its id."""
        if after_version:
            wait_for(self.store, certificate_id, after_version)
        return self._certificate("SELECT * FROM certificate_register WHERE certificate_id = %s", certificate_id, by)

    def find_certificate(self, *, status_id: UUID, by: By) -> Answer:
        """The certificate of one student status."""
        return self._certificate("SELECT * FROM certificate_register WHERE status_id = %s", status_id, by)

    def list_my_certificates(self, *, by: By) -> Answer:
        """The asker's own certificates; what is missing to one is said (A17-3, A21-1)."""
        require(by.actor, "read_own_records", Resource("certificate", person=by.sub))
        rows = self._all(
            "SELECT c.* FROM certificate_register AS c JOIN status_holder AS h USING (status_id)"
            " WHERE h.person_id = %s AND c.disowned_on IS NULL ORDER BY c.issue_date DESC, c.certificate_id LIMIT 200",
            by.sub,
        )
        return {"certificates": [self._shown(row) | {"name": self._name(row)} for row in rows]}

    def get_certificate_batch(
        self, *, batch_id: UUID, after_version: int, by: By, refused_rows: bool = False
    ) -> Answer:
        """Where a file of certificates stands, with the number of certificates in each state.

        Refused rows are there as they were handed in: with `refused_rows` that look is recorded before the answer.
        """
        if after_version:
            wait_for(self.store, batch_id, after_version)
        row = self._one("SELECT * FROM certificate_batch_register WHERE batch_id = %s", batch_id)
        resource = Resource("batch", school=row["school_code"], training=self._training_of_file(batch_id))
        decision = require(by.actor, "read_batch", resource)
        if refused_rows and row["errors_digest"]:
            require_person(by.actor, "read_batch")
            self.looks.saw(by, decision, [batch_id], full=True)
        counts = self._all(
            "SELECT CASE WHEN withheld IS NULL THEN state ELSE 'withheld' END AS state, count(*) AS number"
            " FROM certificate_register WHERE batch_id = %s GROUP BY 1",
            str(batch_id),
        )
        rule, zh, en = row["reason"].split("|", 2) if row["reason"] else ("", "", "")
        return {
            "batch_id": str(row["batch_id"]),
            **{name: row[name] for name in ("kind", "state", "filename", "rows", "accepted", "refused")},
            "errors_digest": row["errors_digest"],
            "reason": {"rule": rule, "zh": zh, "en": en} if rule else None,
            "certificates": {count["state"]: count["number"] for count in counts},
            "version": row["version"],
        }

    def confirmed_and_complete(self) -> list[tuple[UUID, str]]:
        """Complete certificates of confirmed files, with who confirmed: what the worker registers next."""
        rows = self._all(
            "SELECT certificate_id, confirmed_by FROM certificate_register AS certificate"
            " JOIN certificate_batch_register AS batch ON batch.batch_id::text = certificate.batch_id"
            " WHERE certificate.state = 'complete' AND certificate.withheld IS NULL AND batch.state = %s LIMIT 1000",
            "confirmed",
        )
        return [(row["certificate_id"], row["confirmed_by"]) for row in rows]

    def incomplete_with_photo(self) -> list[tuple[UUID, UUID]]:
        """Certificates that lack the photo which their student's record has."""
        rows = self._all(
            "SELECT certificate_id, status_id FROM certificate_register AS certificate"
            " JOIN standings AS record ON record.originator_id = certificate.status_id AND record.kind = %s"
            " WHERE certificate.state = 'incomplete'"
            " AND convert_from(record.state, 'UTF8')::jsonb ->> 'photo_id' IS NOT NULL LIMIT 1000",
            "credentials.StudentRecord",
        )
        return [(row["certificate_id"], row["status_id"]) for row in rows]

    def withheld_in_force(self) -> list[UUID]:
        """Certificates that are withheld although nothing stands against their status any more."""
        rows = self._all(
            "SELECT certificate_id FROM certificate_register AS certificate JOIN standings AS record"
            " ON record.originator_id = certificate.status_id AND record.kind = %s,"
            " LATERAL (SELECT convert_from(record.state, 'UTF8')::jsonb AS heard) AS said"
            " WHERE certificate.withheld IS NOT NULL"
            " AND heard ->> 'state' IN ('active', 'suspended') AND COALESCE(heard ->> 'contested', 'false') = 'false'"
            " AND COALESCE(heard ->> 'disputed', 'false') = 'false' LIMIT 1000",
            "credentials.StudentRecord",
        )
        return [row["certificate_id"] for row in rows]

    def registered_until(self, day: Any) -> list[UUID]:
        """Registered certificates whose issue date has come: what the worker publishes next."""
        rows = self._all(
            "SELECT certificate_id FROM certificate_register"
            " WHERE state = 'registered' AND withheld IS NULL AND issue_date <= %s LIMIT 1000",
            day,
        )
        return [row["certificate_id"] for row in rows]

    def _certificate(self, query: str, key: UUID, by: By) -> Answer:
        row = self._one(query, key)
        training = self._training_of(row["certificate_id"])
        decision = require(
            by.actor, "read_status", Resource("certificate", school=row["school_code"], training=training)
        )
        self.looks.saw(by, decision, [row["status_id"]], alone=True)
        return self._shown(row)

    def _training_of(self, certificate_id: UUID) -> str | None:
        with self.store.reading() as cursor:
            found = standings(cursor, Certificate, [certificate_id]).get(certificate_id)
        return training_of(found[1].category) if found else None

    def _training_of_file(self, batch_id: UUID) -> str | None:
        """The kind of training that the submitter is appointed for, whose students a file's rows are."""
        with self.store.reading() as cursor:
            found = standings(cursor, CertificateBatch, [batch_id]).get(batch_id)
        said: str = found[1].params.get("training", ALL) if found else ALL
        return None if said in ("", ALL) else said

    def _name(self, row: Answer) -> str:
        return str(self.keyring.open_person(row["sealed_person"], row["id_key"])["name"])

    def _shown(self, row: Answer) -> Answer:
        return {
            "certificate_id": str(row["certificate_id"]),
            "status_id": str(row["status_id"]),
            "name": mask_name(self._name(row)),
            **{name: row[name] for name in _SHOWN},
            "graduation_date": row["graduation_date"].isoformat(),
            "issue_date": row["issue_date"].isoformat(),
            "missing": ["photo"] if row["state"] == "incomplete" else [],
            "withheld": StatusNotInForce.because(row["withheld"]) if row["withheld"] else None,
        }

    def _one(self, query: str, key: Any) -> Answer:
        rows = self._all(query, key)
        if not rows:
            raise NotFound()
        return rows[0]

    def _all(self, query: str, key: Any) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, (str(key) if isinstance(key, UUID) else key,))
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_SHOWN = (
    "number",
    "school_code",
    "school_name",
    "level",
    "major_name",
    "study_form",
    "conclusion",
    "president_name",
    "state",
    "version",
)
