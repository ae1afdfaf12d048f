"""Clients that give commands while everything falls over, each in a thread of its own, and a nemesis beside them."""

import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from cli.examples import REGISTRATION_TITLES, YEAR_TITLES, Admitted
from cli.portraits import portrait
from shared.bus.failures import CallFailed
from shared.codes.certificate_numbers import make_certificate_number
from shared.contracts.rpc import credentials, enrollment, identity, imaging
from shared.contracts.rpc.identity_accounts import PreviewAccountV1
from tests.support.world import ENDED, ENTRY, SCHOOL, STARTS, Op, World, csv_of, eventually


class Storm:
    """Clients at work, each in a thread of its own, and a nemesis beside them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._fault = threading.Lock()  # one thing goes wrong at a time
        self._threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []
        self.faults: list[str] = []
        self.batches: list[dict[str, Any]] = []
        self.contested: list[tuple[Op, Op]] = []
        self.raging = True  # until the nemesis has done everything
        self.fallen: list[str] = []  # processes that ended without having been killed

    def start(self, work: Callable[..., None], *arguments: Any) -> None:
        def guarded() -> None:
            try:
                work(*arguments)
            except BaseException as error:
                self.errors.append(error)

        self._threads.append(threading.Thread(target=guarded, name=work.__name__, daemon=True))
        self._threads[-1].start()

    def join(self) -> None:
        """Wait for all clients; meanwhile start again whatever ended by itself, as any supervisor would."""
        while any(thread.is_alive() for thread in self._threads):
            with self._fault:
                self.fallen += self.world.revive()
            time.sleep(0.2)
        self.world.platform.start()
        if self.errors:
            raise self.errors[0]

    def strike(self, name: str, fault: Callable[[], None]) -> None:
        """Let one thing go wrong."""
        with self._fault:
            self.faults.append(name)
            fault()

    # --- clients ---

    def registrar(self, students: Sequence[Admitted], chance: random.Random) -> None:
        """Registers students and their next year one by one; some unknown ends are left unknown."""
        for one in students:
            register = self.register(one)
            if not self._done_or_left(register, chance):
                continue
            status_id = (register.answer or {})["id"]
            settle = self.world.op(
                enrollment.SettleYearV1,
                status_id=status_id,
                academic_year=2023,
                result="registered",
                starts_on=STARTS,
            )
            self._done_or_left(settle, chance)

    def register(self, one: Admitted) -> Op:
        return self.world.op(
            enrollment.RegisterStudentV1,
            school_code=SCHOOL.code,
            entry_year=ENTRY,
            exam_no=one.exam_no,
            recheck="合格",
            student_no=None,
        )

    def _done_or_left(self, op: Op, chance: random.Random) -> bool:
        if not self.world.ask(op) and op.outcomes[-1] == "unknown" and chance.random() < 0.5:
            return False
        self.world.settle(op)
        return True

    def newcomers(self, people: Sequence[Admitted], chance: random.Random) -> None:
        """One after the other opens an account, as long as things go wrong."""
        for one in people:
            if not self.raging:
                return
            contact = f"new-{one.exam_no}@example.edu.cn"
            document = {"id_type": one.person.id_type, "id_number": one.person.id_number, "name": one.person.name}
            opened = self.world.op(identity.OpenAccountV1, "nobody", **self._confirmed(document, contact))
            self._done_or_left(opened, chance)

    def _confirmed(self, person: dict[str, str], contact: str) -> dict[str, str]:
        """What somebody asks who has seen the preview of the own account."""
        owner = {**person, "channel": "mail", "contact": contact}

        def ask() -> dict[str, Any] | None:
            with suppress(CallFailed):
                return self.world.client.call(PreviewAccountV1, owner, deadline=6.0)
            return None

        return {**owner, "confirmation": eventually(ask, "the preview of an account")["confirmation"]}

    def two_at_once(self, students: Sequence[Admitted]) -> None:
        """Two registrars want to register the same students; one of each pair must win."""
        for one in students:
            pair = (self.register(one), self.register(one))
            asking = [threading.Thread(target=self._ask_until_known, args=(op,)) for op in pair]
            for thread in asking:
                thread.start()
            for thread in asking:
                thread.join()
            self.contested.append(pair)

    def _ask_until_known(self, op: Op) -> None:
        eventually(lambda: self.world.ask(op) or (op.outcomes[-1] != "unknown") or None, "one of two to win")

    def office(self, students: Sequence[Admitted]) -> None:
        """A file of freshmen and a file of their next year, each hit twice between its chunks."""
        world = self.world
        freshmen = [(one.exam_no, "注册学籍", "合格", "") for one in students]
        batch_id = world.submit(
            enrollment.SubmitFreshmanResultsV1,
            "freshmen.csv",
            csv_of(REGISTRATION_TITLES, freshmen),
            school_code=SCHOOL.code,
        )
        self._strike_after(batch_id, 1, "kill enrollment-worker", lambda: world.kill("enrollment-worker"))
        self._strike_after(batch_id, 2, "crash PostgreSQL", world.crash_postgres)
        self.batches.append(world.finished(batch_id))
        years = [(one.exam_no, "2023-2024", "注册学籍") for one in students]
        batch_id = world.submit(
            enrollment.SubmitYearResultsV1,
            "year.csv",
            csv_of(YEAR_TITLES, years),
            school_code=SCHOOL.code,
            academic_year=2023,
            starts_on=STARTS,
        )
        self._strike_after(batch_id, 1, "restart RabbitMQ", world.restart_rabbitmq)
        self._strike_after(batch_id, 2, "close PostgreSQL's connections", lambda: world.cut_postgres("enrollment"))
        self.batches.append(world.finished(batch_id))

    def _strike_after(self, batch_id: str, chunks: int, name: str, fault: Callable[[], None]) -> None:
        def reached() -> int | None:
            advanced = self.world.advanced(batch_id)
            return advanced if advanced == ENDED or advanced >= chunks else None

        where = "after the batch" if eventually(reached, name) == ENDED else "in mid-batch"
        self.strike(f"{name} {where}", fault)

    def whole_life(self, one: Admitted, serial: int) -> None:
        """One student from an account to a certificate, each step asked until it is done."""
        world = self.world
        person = {"id_type": one.person.id_type, "id_number": one.person.id_number, "name": one.person.name}
        contact = f"{one.exam_no}@example.edu.cn"
        opened = world.settle(world.op(identity.OpenAccountV1, "nobody", **self._confirmed(person, contact)))
        world.settle(world.op(identity.SendContactCodeV1, "nobody", account_id=opened["id"]))
        code = eventually(lambda: self._code_sent_to(contact), "the code in the mailbox")
        world.settle(world.op(identity.ProveContactCodeV1, "nobody", account_id=opened["id"], code=code))
        status_id = world.settle(self.register(one))["id"]
        capture = world.settle(world.op(imaging.IssueCaptureCodeV1, status_id=status_id))
        photo = world.settle(
            world.op(
                imaging.SubmitPhotoV1,
                "image_collector-1",
                code=capture["code"],
                digest=world.blobs.put(portrait(one.exam_no)),
                captured_on="2026-07-01",
            )
        )
        review = world.op(
            imaging.ReviewPhotoV1, "image_collector-2", photo_id=photo["id"], decision="approve", reasons=[]
        )
        world.settle(review)
        drafted = world.settle(
            world.op(
                credentials.DraftCertificateV1,
                status_id=status_id,
                number=make_certificate_number(SCHOOL.code, "普通高等教育", 2026, "本科", serial),
                graduation_date="2026-07-01",
                issue_date="2026-07-01",
                conclusion="毕业",
                president_name=SCHOOL.president,
            )
        )
        confirm = world.op(credentials.ConfirmCertificateV1, "registrar-2", certificate_id=drafted["id"])
        world.settle(confirm)

    def _code_sent_to(self, contact: str) -> str | None:
        for message in (self.world.platform.folder / "mailbox").glob("*.txt"):
            text = message.read_text(encoding="utf-8")
            if f"To: {contact}\n" in text and (found := re.search(r"\b\d{6}\b", text.partition("\n\n")[2])):
                return found.group()
        return None

    # --- the other side ---

    def nemesis(self, faults: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Strikes again when the clients got something done and all serve again, and in any case after a while."""
        try:
            for name, fault in faults:
                done, since = self._done(), time.monotonic()
                self.strike(name, fault)
                while time.monotonic() < since + 6 and not (self._done() >= done + 4 and self._all_serve()):
                    time.sleep(0.05)
        finally:
            self.raging = False

    def _all_serve(self) -> bool:
        return all(process.is_ready() for process in self.world.platform.processes.values())

    def _done(self) -> int:
        return sum(op.acknowledged for op in tuple(self.world.ops))
