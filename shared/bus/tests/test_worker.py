"""How a worker divides its time."""

from shared.bus.worker import yielding


class Watch:
    """A watch that a test winds on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_what_yields_takes_its_share_of_the_time_while_others_work() -> None:
    watch, relayed = Watch(), [0]

    def relay() -> int:
        watch.seconds += 0.05
        relayed[0] += 1
        return 1

    task = yielding(relay, lambda: True, share=0.1, monotonic=watch)
    for _ in range(1000):
        watch.seconds += 0.01
        task()
    assert 0.09 < relayed[0] * 0.05 / (watch.seconds - 100.0) < 0.11


def test_what_yields_has_all_the_time_as_soon_as_nobody_else_works() -> None:
    watch, busy, relayed = Watch(), [True], [0]

    def relay() -> int:
        watch.seconds += 1.0
        relayed[0] += 1
        return 1

    task = yielding(relay, lambda: busy[0], monotonic=watch)
    assert [task() for _ in range(5)] == [1, 0, 0, 0, 0]
    busy[0] = False
    assert [task() for _ in range(5)] == [1, 1, 1, 1, 1]
