"""Contracts as JSON Schema."""

from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, resolver

from shared.contracts.contract import Contract


def json_schemas(contracts: Iterable[type[Contract]]) -> dict[str, dict[str, Any]]:
    """The JSON Schema (2020-12) of each contract and of what it nests, by name."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec("contracts", "1", "3.1.0", plugins=[plugin])
    for contract in contracts:
        if contract.__name__ not in spec.components.schemas:
            spec.components.schema(contract.__name__, schema=contract)
    schemas: dict[str, dict[str, Any]] = _portable(spec.to_dict()["components"]["schemas"])
    for contract in contracts:
        schemas[contract.__name__].update(description=summary(contract), examples=[contract.example])
    return schemas


def summary(contract: type[Contract]) -> str:
    """The docstring in one line."""
    return " ".join((contract.__doc__ or "").split())


def _name(schema: Any) -> str:
    name: str = resolver(schema)
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__ if issubclass(cls, Contract) else name


def _portable(node: Any) -> Any:
    """Python's \\A and \\Z are ^ and $ to everyone else."""
    if isinstance(node, dict):
        return {
            key: value.replace(r"\A", "^").replace(r"\Z", "$") if key == "pattern" else _portable(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_portable(value) for value in node]
    return node
