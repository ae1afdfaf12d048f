"""The reference of `register_bulk`: the same facts kept by Django with django-simple-history, and by a trigger.

Students and years are rows of ordinary tables; history is what the named tool keeps of them. Nothing is tuned
against them: batches of 1,000, one transaction each, as their documentation advises for bulk work.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

BATCH = 1000


class DjangoRegister:
    """Plain Django models with simple-history, configured once per process for one database."""

    def __init__(self, url: str) -> None:
        import django
        from django.conf import settings

        parts = urlsplit(url)
        settings.configure(
            DATABASES={
                "default": {
                    "ENGINE": "django.db.backends.postgresql",
                    "NAME": parts.path.lstrip("/"),
                    "USER": parts.username or "",
                    "PASSWORD": parts.password or "",
                    "HOST": parts.hostname or "",
                    "PORT": str(parts.port or ""),
                }
            },
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "simple_history"],
            USE_TZ=True,
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )
        django.setup()
        self.student, self.year = _models()

    def create_tables(self) -> None:
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        with connection.schema_editor() as editor:
            for model in (self.student, self.year):
                editor.create_model(model)
                editor.create_model(model.history.model)

    def register(self, students: Sequence[dict[str, Any]]) -> float:
        """Register every student and one year for each; returns the seconds it took."""
        from django.db import transaction
        from simple_history.utils import bulk_create_with_history

        started = time.perf_counter()
        for at in range(0, len(students), BATCH):
            chunk = students[at : at + BATCH]
            with transaction.atomic():
                bulk_create_with_history([self.student(**row) for row in chunk], self.student, batch_size=BATCH)
        for at in range(0, len(students), BATCH):
            chunk = students[at : at + BATCH]
            with transaction.atomic():
                bulk_create_with_history(
                    [
                        self.year(status_id=row["status_id"], academic_year=2023, result="registered", late=False)
                        for row in chunk
                    ],
                    self.year,
                    batch_size=BATCH,
                )
        return time.perf_counter() - started

    def close(self) -> None:
        from django.db import connection

        connection.close()


def _models() -> tuple[Any, Any]:
    from django.db import models
    from simple_history.models import HistoricalRecords

    text = {"max_length": 200}

    class Student(models.Model):
        status_id = models.UUIDField(primary_key=True)
        admission_id = models.UUIDField(unique=True)
        id_key = models.CharField(max_length=40, db_index=True)
        name_key = models.CharField(max_length=40)
        sealed_person = models.TextField()
        exam_no = models.CharField(**text)
        student_no = models.CharField(**text)
        school_code = models.CharField(**text)
        school_name = models.CharField(**text)
        level = models.CharField(**text)
        category = models.CharField(**text)
        study_form = models.CharField(**text)
        full_time = models.BooleanField()
        major_code = models.CharField(**text)
        major_name = models.CharField(**text)
        duration = models.CharField(**text)
        entry_date = models.DateField()
        expected_graduation_date = models.DateField()
        admission_type = models.CharField(**text)
        history = HistoricalRecords()

        class Meta:
            app_label = "simple_history"

    class Year(models.Model):
        status_id = models.UUIDField()
        academic_year = models.IntegerField()
        result = models.CharField(**text)
        late = models.BooleanField()
        history = HistoricalRecords()

        class Meta:
            app_label = "simple_history"
            constraints = (models.UniqueConstraint(fields=["status_id", "academic_year"], name="one_result_a_year"),)

    return Student, Year
