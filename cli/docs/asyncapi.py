"""docs/asyncapi.yaml: the public facts for programs in any language (AsyncAPI 3.0)."""

from typing import Any

import yaml

from cli.docs.schemas import json_schemas, summary
from shared.contracts.catalogue import public_facts
from shared.contracts.contract import PublicFact

CLOUDEVENTS_BATCH = "application/cloudevents-batch+json"
MOST_IN_A_BATCH = 500


def asyncapi_document() -> str:
    """The whole document as YAML."""
    text: str = yaml.safe_dump(_document(), allow_unicode=True, sort_keys=False, width=120)
    return "# Generated from shared/contracts by `xueji docs`; do not edit.\n" + text


def _document() -> dict[str, Any]:
    facts = public_facts()
    publishers = sorted({fact.publisher for fact in facts})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Xueji public facts",
            "version": "1.0.0",
            "description": "What the services of the registry tell each other. Each message is a CloudEvents batch of "
            f"1 to {MOST_IN_A_BATCH} facts of one type; the extension attribute `number` counts a publisher's facts "
            "without a gap.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CLOUDEVENTS_BATCH,
        "channels": {f"{publisher}Events": _channel(publisher, facts) for publisher in publishers},
        "operations": {f"send{fact.__name__}": _operation(fact) for fact in facts},
        "components": {
            "messages": {fact.__name__: _message(fact) for fact in facts},
            "schemas": {
                **{f"{fact.__name__}Batch": _batch(fact) for fact in facts},
                **json_schemas(facts),
            },
        },
    }


def _channel(publisher: str, facts: list[type[PublicFact]]) -> dict[str, Any]:
    return {
        "address": f"{publisher}.events",
        "title": f"What {publisher} tells",
        "messages": {
            fact.__name__: {"$ref": f"#/components/messages/{fact.__name__}"}
            for fact in facts
            if fact.publisher == publisher
        },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": f"{publisher}.events", "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operation(fact: type[PublicFact]) -> dict[str, Any]:
    channel = f"#/channels/{fact.publisher}Events"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": summary(fact),
        "messages": [{"$ref": f"{channel}/messages/{fact.__name__}"}],
        "bindings": {"amqp": {"cc": [fact.type], "deliveryMode": 2, "mandatory": bool(fact.consumers),
                              "bindingVersion": "0.3.0"}},
    }  # fmt: skip


def _message(fact: type[PublicFact]) -> dict[str, Any]:
    return {
        "name": fact.type,
        "title": fact.__name__,
        "summary": summary(fact),
        "contentType": CLOUDEVENTS_BATCH,
        "payload": {"$ref": f"#/components/schemas/{fact.__name__}Batch"},
        "examples": [{"name": fact.type, "payload": [_event(fact)]}],
    }


def _event(fact: type[PublicFact]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{fact.publisher}-1",
        "source": f"/xueji/{fact.publisher}",
        "type": fact.type,
        "subject": fact.example[fact.subject],
        "time": "2026-09-01T08:00:00+00:00",
        "datacontenttype": "application/json",
        "number": 1,
        "data": dict(fact.example),
    }


def _batch(fact: type[PublicFact]) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": text,
        "source": {"const": f"/xueji/{fact.publisher}"},
        "type": {"const": fact.type},
        "subject": {**text, "description": f"The value of {fact.subject}."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "number": {"type": "integer", "minimum": 1, "description": "1, 2, 3 … for each publisher."},
        "data": {"$ref": f"#/components/schemas/{fact.__name__}"},
    }
    return {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_IN_A_BATCH,
        "items": {"type": "object", "required": list(properties), "properties": properties},
    }
