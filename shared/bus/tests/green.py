"""Scenes of nameko on the broker inside one process; test_inproc.py runs each in a patched process of its own."""

import eventlet

if __name__ == "__main__":
    eventlet.monkey_patch()

import sys
from typing import Any
from uuid import uuid4

from eventlet import tpool
from nameko.rpc import rpc
from nameko.standalone.rpc import ClusterRpcProxy

from shared.bus import logs
from shared.bus.client import RpcClient
from shared.bus.failures import DeadlinePassed, ServiceMissing
from shared.bus.runner import Services
from shared.bus.tests.echo import Echo
from shared.bus.tests.words import SaySomewhereElseV1, SayV1
from shared.rules.refused import Refused

URL = "inproc://scenes"


def answers(client: RpcClient) -> None:
    """Many green callers at once, refusals and deadlines."""
    ids = [uuid4() for _ in range(300)]
    calls = eventlet.GreenPool(50).imap(lambda id_: client.call(SayV1, {"command_id": id_, "word": "x"}), ids)
    assert [answer["id"] for answer in calls] == [str(id_) for id_ in ids]
    _raises(Refused, client, "refuse")
    _raises(DeadlinePassed, client, "slow 0.3", deadline=0.05)
    assert client.call(SayV1, {"command_id": ids[0], "word": "x"})["id"] == str(ids[0])


def nameko_client(client: RpcClient) -> None:
    """nameko's own client, as a service of somebody else would use it."""
    with ClusterRpcProxy({"AMQP_URI": URL}, timeout=5) as cluster:
        id_ = str(uuid4())
        assert cluster.echo.say({"command_id": id_, "word": "x"})["id"] == id_
        replies = [cluster.echo.say.call_async({"command_id": id_, "word": "x"}) for _ in range(20)]
        assert {reply.result()["id"] for reply in replies} == {id_}


def real_thread(client: RpcClient) -> None:
    """A thread of the operating system, beside the hub, as work in a thread pool is."""
    id_ = uuid4()
    assert tpool.execute(_call_from_a_thread, id_) == str(id_)


def _call_from_a_thread(id_: Any) -> str:
    own = RpcClient(URL, name="thread")
    answer = own.call(SayV1, {"command_id": id_, "word": "x"})
    own.close()
    return str(answer["id"])


def missing(client: RpcClient) -> None:
    """Nobody there."""
    try:
        client.call(SaySomewhereElseV1, {"command_id": uuid4(), "word": "x"})
    except ServiceMissing:
        return
    raise AssertionError("somebody was there")


def foreign_service(client: RpcClient) -> None:
    """A foreign nameko service without any contract."""

    class Plain:
        name = "plain"

        @rpc
        def double(self, number: int) -> int:
            return number * 2

    others = Services([Plain], {"XUEJI_AMQP_URL": URL})
    others.start()
    with ClusterRpcProxy({"AMQP_URI": URL}, timeout=5) as cluster:
        assert cluster.plain.double(21) == 42
    others.stop()


def _raises(kind: type[Exception], client: RpcClient, word: str, **options: Any) -> None:
    try:
        client.call(SayV1, {"command_id": uuid4(), "word": word}, **options)
    except kind:
        return
    raise AssertionError(f"{word} did not raise {kind.__name__}")


SCENES = {scene.__name__: scene for scene in (answers, nameko_client, real_thread, missing, foreign_service)}

if __name__ == "__main__":
    logs.configure()
    services = Services([Echo], {"XUEJI_AMQP_URL": URL})
    services.start()
    caller = RpcClient(URL)
    SCENES[sys.argv[1]](caller)
    caller.close()
    services.stop()
    sys.stdout.write("DONE\n")
