"""The reference of `register_bulk`: the same facts kept by Django with django-simple-history.

Students and years are rows of ordinary tables; history is what the named tool keeps of them. Nothing is tuned
against them: batches of 1,000, one transaction each, as their documentation advises for bulk work. `register` does
what ours does: it looks each row's basis up, asks the very same rules, lets PostgreSQL hold the same uniqueness, and
keeps what the next decision needs. `insert` believes every row and only writes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from services.enrollment.domain.rules.entry import may_enter, may_register
from services.enrollment.domain.rules.standing import OPEN_STATES
from services.enrollment.domain.rules.years import may_settle_year

BATCH = 1000
COPIED = (
    "admission_id", "id_key", "name_key", "sealed_person", "exam_no", "school_code", "school_name", "level", "category",
    "study_form", "full_time", "major_code", "major_name", "duration", "entry_date", "expected_graduation_date",
    "admission_type",
)  # fmt: skip


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
            INSTALLED_APPS=[
                "django.contrib.contenttypes",
                "django.contrib.auth",
                "django.contrib.postgres",
                "simple_history",
            ],
            USE_TZ=True,
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )
        django.setup()
        self.admission, self.student, self.year = _models()

    def create_tables(self) -> None:
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        with connection.schema_editor() as editor:
            editor.create_model(self.admission)
            for model in (self.student, self.year):
                editor.create_model(model)
                editor.create_model(model.history.model)

    def list_admissions(self, students: Sequence[dict[str, Any]]) -> None:
        """What the students are registered from; not part of what is timed."""
        own = {field.name for field in self.admission._meta.fields}
        self.admission.objects.bulk_create(
            [
                self.admission(
                    **{name: value for name, value in row.items() if name in own}, entry_year=row["entry_date"].year
                )
                for row in students
            ],
            batch_size=BATCH,
        )

    def register(self, students: Sequence[dict[str, Any]]) -> float:
        """Register every student and one year for each by the rules; returns the seconds it took."""
        from django.db import transaction

        started = time.perf_counter()
        for work in (self._enter, self._settle_year):
            for at in range(0, len(students), BATCH):
                with transaction.atomic():
                    work(students[at : at + BATCH])
        return time.perf_counter() - started

    def _enter(self, chunk: Sequence[dict[str, Any]]) -> None:
        from simple_history.utils import bulk_create_with_history

        numbers = [row["exam_no"] for row in chunk]
        admissions = {one.exam_no: one for one in self.admission.objects.filter(entry_year=2022, exam_no__in=numbers)}
        ids = [one.admission_id for one in admissions.values()]
        taken = set(self.student.objects.filter(admission_id__in=ids).values_list("admission_id", flat=True))
        students = []
        for row in chunk:
            basis = admissions[row["exam_no"]]
            may_enter(basis, released=basis.released, school_code=row["school_code"])
            may_register(basis, recheck="合格")
            if basis.admission_id in taken:
                raise AssertionError("registered before")
            values = {name: getattr(basis, name) for name in COPIED}
            students.append(
                self.student(
                    **values, status_id=row["status_id"], student_no=row["student_no"], entry_year=2022,
                    state="active", settled_year=2022, settled_as="registered",
                )
            )  # fmt: skip
        bulk_create_with_history(students, self.student, batch_size=BATCH, default_change_reason="A8-2")

    def _settle_year(self, chunk: Sequence[dict[str, Any]]) -> None:
        from simple_history.utils import bulk_create_with_history, bulk_update_with_history

        numbers = [row["exam_no"] for row in chunk]
        students = {one.exam_no: one for one in self.student.objects.filter(entry_year=2022, exam_no__in=numbers)}
        years = []
        for row in chunk:
            one = students[row["exam_no"]]
            may_settle_year(one, school_code=row["school_code"], academic_year=2023, result="registered")
            years.append(self.year(status_id=one.status_id, academic_year=2023, result="registered", late=False))
            one.state, one.settled_year, one.settled_as = "active", 2023, "registered"
        bulk_create_with_history(years, self.year, batch_size=BATCH, default_change_reason="A12-3")
        bulk_update_with_history(
            list(students.values()), self.student, ["state", "settled_year", "settled_as"],
            batch_size=BATCH, default_change_reason="A12-3",
        )  # fmt: skip

    def insert(self, students: Sequence[dict[str, Any]]) -> float:
        """Write every student and one year for each, unasked; returns the seconds it took."""
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


def _models() -> tuple[Any, Any, Any]:
    from django.contrib.postgres.constraints import ExclusionConstraint
    from django.contrib.postgres.fields import DateRangeField, RangeOperators
    from django.db import models
    from simple_history.models import HistoricalRecords

    text = {"max_length": 200}

    class DateRange(models.Func):
        """A period as an expression: a column of ranges would cost Django its fast way to insert many rows."""

        function = "daterange"
        output_field = DateRangeField()

    class Basis(models.Model):
        id_key = models.CharField(max_length=40, db_index=True)
        name_key = models.CharField(max_length=40)
        sealed_person = models.TextField()
        exam_no = models.CharField(**text)
        entry_year = models.IntegerField(default=2022)
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

        class Meta:
            abstract = True
            app_label = "simple_history"

    class Admission(Basis):
        admission_id = models.UUIDField(primary_key=True)
        state = models.CharField(default="listed", **text)
        released = models.BooleanField(default=True)
        special_plan = models.BooleanField(default=False)
        fix_id = models.CharField(default="", **text)
        preparatory = models.CharField(default="", **text)

        class Meta:
            app_label = "simple_history"
            constraints = (models.UniqueConstraint(fields=["entry_year", "exam_no"], name="one_number_a_year"),)

    class Student(Basis):
        status_id = models.UUIDField(primary_key=True)
        admission_id = models.UUIDField(unique=True)
        student_no = models.CharField(**text)
        left_on = models.DateField(null=True)
        state = models.CharField(default="active", **text)
        settled_year = models.IntegerField(default=2022)
        settled_as = models.CharField(default="registered", **text)
        absences: tuple[Any, ...] = ()  # nobody here was ever away
        history = HistoricalRecords()

        class Meta:
            app_label = "simple_history"
            indexes = (models.Index(fields=["entry_year", "exam_no"], name="student_by_number"),)
            constraints = (
                ExclusionConstraint(
                    name="one_status_at_a_time",
                    expressions=[
                        ("id_key", RangeOperators.EQUAL),
                        (DateRange("entry_date", "left_on"), RangeOperators.OVERLAPS),
                    ],
                ),
            )

        @property
        def is_open(self) -> bool:
            return self.state in OPEN_STATES

    class Year(models.Model):
        status_id = models.UUIDField()
        academic_year = models.IntegerField()
        result = models.CharField(**text)
        late = models.BooleanField()
        history = HistoricalRecords()

        class Meta:
            app_label = "simple_history"
            constraints = (models.UniqueConstraint(fields=["status_id", "academic_year"], name="one_result_a_year"),)

    return Admission, Student, Year
