"""When the collector of cycles looks: seldom, for facts and rows hold none, and a look at everything takes long."""

import gc

YOUNG = 50_000
OLD = 50


def settle() -> None:
    """Once a process has loaded all it works with: that stays, and is never looked at again.

    By default it looks at every 700 new objects, and at all there are a hundred times more seldom: measured, a quarter
    of the time of a worker or of a service that hears. What a chunk makes is gone with the chunk, unlooked at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, OLD)
