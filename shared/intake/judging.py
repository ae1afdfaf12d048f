"""Decides the rows of a chunk, and holds what follows now beside what the plan said would follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from shared.eventstore.bulk import Draft
from shared.intake.columns import CheckedRow, RowError, Table
from shared.intake.kind import BulkKind
from shared.intake.outcome import reasons_of
from shared.intake.plan import (
    FACTS,
    REFUSED,
    UNCHANGED,
    PlannedFact,
    PlannedRow,
    Scribe,
    WholeRow,
    read_row,
    read_whole_row,
)
from shared.intake.progress import Progress
from shared.intake.steps import ChangedSincePlan
from shared.rules.refused import Refused

_OUTCOMES = {FACTS: ("写入", "facts"), UNCHANGED: ("无变化", "nothing new"), REFUSED: ("拒绝", "a refusal")}


@dataclass(slots=True)
class Judged:
    """What became of the rows of a chunk."""

    facts: dict[int, list[Draft]] = field(default_factory=dict)
    unchanged: list[int] = field(default_factory=list)
    refused: dict[int, Sequence[RowError]] = field(default_factory=dict)
    changed: int = 0

    def drafts(self) -> list[Draft]:
        return [draft for drafts in self.facts.values() for draft in drafts]

    def turn_away(self, number: int, errors: Sequence[RowError]) -> None:
        """Refuse a row that was thought good."""
        self.facts.pop(number, None)
        self.refused[number] = errors


def judge(kind: BulkKind, chunk: Sequence[CheckedRow], now: Progress, batch_id: UUID) -> Judged:
    """Check against the rules what the columns let pass."""
    judged = Judged()
    good = []
    for row in chunk:
        if row.errors:
            judged.refused[row.number] = row.errors
        else:
            good.append(row)
    if len(good) < len(chunk):
        _object(kind, chunk, now, judged)
    answers = kind.decide(good, now, batch_id) if good else ()
    for row, answer in zip(good, answers, strict=True):
        if isinstance(answer, Refused):
            judged.refused[row.number] = named(kind.table, row, answer)
        elif answer:
            judged.facts[row.number] = answer
        else:
            judged.unchanged.append(row.number)
    return judged


def _object(kind: BulkKind, chunk: Sequence[CheckedRow], now: Progress, judged: Judged) -> None:
    """What the rules object to in rows that have wrong cells, but name their record."""
    objections = getattr(kind, "objections", None)
    rows = [row for row in chunk if row.errors and _names_its_record(kind.table, row)] if objections else []
    if not rows or objections is None:
        return
    for row, refused in zip(rows, objections(rows, now), strict=True):
        if refused is not None:
            judged.refused[row.number] = (*row.errors, *named(kind.table, row, refused))


def _names_its_record(table: Table, row: CheckedRow) -> bool:
    unique = table.unique
    return bool(unique and row.values.get(unique)) and all(error.field != unique for error in row.errors)


def named(table: Table, row: CheckedRow, refused: Refused) -> tuple[RowError, ...]:
    """What the rules object to, as errors of the row."""
    return tuple(error_of(table, row.number, one, row.values) for one in reasons_of(refused))


def error_of(table: Table, number: int, refused: Refused, values: Mapping[str, object] | None = None) -> RowError:
    """One refusal as an error of a row."""
    content = refused.as_dict()
    code = content["field"] or ""
    masked = table.mask(code, (values or {}).get(code))
    return RowError(number, code, masked, content["rule"], content["zh"], content["en"], table.fixed_by)


def compare(table: Table, judged: Judged, lines: Mapping[int, bytes], scribe: Scribe) -> None:
    """Turn away every row of which something else follows now than its line of the plan says."""
    for number, errors in list(judged.refused.items()):
        planned = read_row(lines[number])
        if planned.outcome != REFUSED:
            _turn_away(table, judged, number, _otherwise(planned, REFUSED), errors)
    for number, drafts in list(judged.facts.items()):
        planned = read_row(lines[number])
        if planned.outcome != FACTS or scribe.marked(drafts)[0] != planned.key:
            _turn_away(table, judged, number, difference(read_whole_row(lines[number]), drafts))
    for number in list(judged.unchanged):
        planned = read_row(lines[number])
        if planned.outcome != UNCHANGED:
            judged.unchanged.remove(number)
            _turn_away(table, judged, number, _otherwise(planned, UNCHANGED))


def _turn_away(
    table: Table, judged: Judged, number: int, words: tuple[str, str], reasons: Sequence[RowError] = ()
) -> None:
    judged.changed += 1
    judged.turn_away(number, (changed_error(table, number, words), *reasons))


def changed_error(table: Table, number: int, words: tuple[str, str]) -> RowError:
    """The error of a row whose world changed since the plan, with what changed."""
    return error_of(table, number, ChangedSincePlan(changed_zh=words[0], changed_en=words[1]))


def otherwise(line: bytes, now: str) -> tuple[str, str]:
    """In both languages: what the plan said, and what comes of the row now."""
    return _otherwise(read_row(line), now)


def _otherwise(planned: PlannedRow | WholeRow, now: str) -> tuple[str, str]:
    before, after = _OUTCOMES[planned.outcome], _OUTCOMES[now]
    return f"预检:{before[0]},现在:{after[0]}", f"planned {before[1]}, now {after[1]}"


def difference(planned: WholeRow, drafts: Sequence[Draft]) -> tuple[str, str]:
    """What of the facts is another: the facts themselves, the version they rest on, or some of their fields."""
    if planned.outcome != FACTS:
        return _otherwise(planned, FACTS)
    now = [(draft.fact_type.__name__, draft) for draft in drafts]
    before = [fact.fact.rpartition(".")[2] for fact in planned.facts]
    if before != [name for name, _ in now]:
        told = f"{'+'.join(before)} → {'+'.join(name for name, _ in now)}"
        return f"事实 {told}", f"facts {told}"
    parts = [part for fact, (_, draft) in zip(planned.facts, now, strict=True) for part in _parts(fact, draft)]
    return "、".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)


def _parts(fact: PlannedFact, draft: Draft) -> Iterable[tuple[str, str]]:
    if fact.version != draft.version:
        yield f"版本 {fact.version - 1} → {draft.version - 1}", f"version {fact.version - 1} → {draft.version - 1}"
    elif draft.version > 1 and fact.id != draft.originator_id:
        yield "所属记录", "the record itself"
    plain = msgspec.to_builtins(draft.values)
    fields = sorted(name for name in fact.values if fact.values[name] != plain.get(name))
    if fields:
        yield f"内容 {'、'.join(fields)}", f"content {', '.join(fields)}"
