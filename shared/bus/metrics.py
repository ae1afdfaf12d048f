"""What the bus tells Prometheus: calls, answers, streams, outbox, parked facts."""

from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

CALLS = Histogram(
    "xueji_rpc_call_seconds", "Calls made, by method and outcome.", ["method", "outcome"], buckets=_BUCKETS
)
ANSWERS = Histogram(
    "xueji_rpc_answer_seconds", "Calls answered, by method and outcome.", ["method", "outcome"], buckets=_BUCKETS
)
RUNNING = Gauge("xueji_rpc_running", "Calls being answered now.", ["service"])
HEARD = Counter("xueji_stream_facts_total", "Facts heard, by fate.", ["publisher", "consumer", "fate"])
STREAM_POSITION = Gauge("xueji_stream_position", "Number of the last fact heard.", ["publisher", "consumer"])
STREAM_LAG = Gauge("xueji_stream_lag", "Facts the publisher has and we have not heard.", ["publisher", "consumer"])
PARKED = Gauge("xueji_stream_parked", "Facts parked and not yet replayed.", ["publisher", "consumer"])
OUTBOX_FACTS = Gauge("xueji_outbox_facts", "Public facts numbered and not yet confirmed by the broker.", ["publisher"])
OUTBOX_AGE = Gauge("xueji_outbox_age_seconds", "Age of the oldest public fact not yet confirmed.", ["publisher"])
PUBLISHED = Counter("xueji_outbox_published_total", "Public facts confirmed by the broker.", ["publisher"])


@cache
def _child(metric: Any, *labels: str) -> Any:
    return metric.labels(*labels)


def called(method: str, outcome: str, seconds: float) -> None:
    """A call came back, or did not."""
    _child(CALLS, method, outcome).observe(seconds)


def answered(method: str, outcome: str, seconds: float) -> None:
    """A call was answered."""
    _child(ANSWERS, method, outcome).observe(seconds)


def heard(publisher: str, consumer: str, fate: str, facts: int) -> None:
    """Facts were handled, parked or found to be known."""
    _child(HEARD, publisher, consumer, fate).inc(facts)
