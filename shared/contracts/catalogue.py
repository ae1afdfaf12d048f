"""Every contract there is, in a fixed order: for the generated pages, the OpenAPI document and the tests."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

import shared.contracts.events
import shared.contracts.rpc
from shared.contracts.contract import Command, Contract, PublicFact, Request

_C = TypeVar("_C", bound=Contract)
_BASES = (Contract, Request, Command, PublicFact)


def requests() -> list[type[Request]]:
    """Every question and command, by service and method."""
    found = _contracts(shared.contracts.rpc, Request)
    return sorted(found, key=lambda contract: (contract.service, contract.method, contract.__name__))


def public_facts() -> list[type[PublicFact]]:
    """Every fact that services tell each other, by publisher and type."""
    found = _contracts(shared.contracts.events, PublicFact)
    return sorted(found, key=lambda contract: (contract.publisher, contract.type))


def contracts() -> list[type[Contract]]:
    """Every contract: requests, their answers, the parts of answers, public facts."""
    found = {*_contracts(shared.contracts.rpc, Contract), *_contracts(shared.contracts.events, Contract)}
    found.update(request.answer for request in requests())
    return sorted(found, key=lambda contract: contract.__name__)


def _contracts(package: ModuleType, kind: type[_C]) -> list[type[_C]]:
    return [contract for module in _modules(package) for contract in _declared_in(module, kind)]


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in iter_modules(package.__path__):
        if module.name != "tests":
            yield import_module(f"{package.__name__}.{module.name}")


def _declared_in(module: ModuleType, kind: type[_C]) -> Iterator[type[_C]]:
    for _, member in getmembers(module, isclass):
        if issubclass(member, kind) and member not in _BASES and member.__module__ == module.__name__:
            yield member
