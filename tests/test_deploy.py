"""What is deployed: valid for Kubernetes, and never more powerful than it must be. Validated here, not deployed."""

import contextlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from packaging.requirements import Requirement

from cli.main import xueji
from cli.processes import SERVICES

ROOT = Path(__file__).resolve().parents[1]
K8S = ROOT / "deploy/k8s"
DOCKERFILE = ROOT / "deploy/Dockerfile"
COMPOSE = ROOT / "deploy/compose.yaml"
KUBERNETES = "1.37.0"
MANIFESTS = sorted(path for path in K8S.rglob("*.yaml") if path.name != "kustomization.yaml")
WORKLOADS = ("Deployment", "StatefulSet", "Job")
COMPONENT = "app.kubernetes.io/component"
OURS = re.compile(r"^xueji/([a-z]+)$")

Manifest = dict[str, Any]


@lru_cache(maxsize=1)
def manifests() -> tuple[Manifest, ...]:
    return tuple(each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each)


def of_kind(*kinds: str) -> list[Manifest]:
    return [each for each in manifests() if each["kind"] in kinds]


def containers() -> Iterator[tuple[Manifest, Manifest]]:
    for workload in of_kind(*WORKLOADS):
        pod = workload["spec"]["template"]["spec"]
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            yield workload, container


def title(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


# -- Kubernetes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(K8S)))
def test_every_manifest_is_valid_to_the_letter(path: Path) -> None:
    for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        # An unknown kind is an error here, so nothing passes that nobody validated.
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("overlay", ["dev", "prod"])
def test_an_overlay_renders_and_what_it_renders_is_valid(overlay: str) -> None:
    rendered = subprocess.run(
        ["kubectl", "kustomize", K8S / "overlays" / overlay], capture_output=True, text=True, check=False
    )
    assert rendered.returncode == 0, rendered.stderr
    for manifest in yaml.safe_load_all(rendered.stdout):
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    if overlay == "prod":
        images = re.findall(r"image: (\S+)", rendered.stdout)
        assert images
        assert [image for image in images if not re.search(r"@sha256:[0-9a-f]{64}$", image)] == []


def test_every_manifest_is_listed_by_its_kustomization() -> None:
    for folder in (K8S / "base", *(K8S / "overlays").iterdir()):
        listed = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
        there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
        assert {name for name in listed if name.endswith(".yaml")} == there


def test_every_process_of_the_registry_is_deployed() -> None:
    expected = {f"{service}-{role}" for service in SERVICES for role in ("service", "worker")}
    deployed = {each["metadata"]["name"] for each in of_kind("Deployment")}
    assert deployed == expected | {"gateway", "verification-public"}
    assert {each["metadata"]["name"] for each in of_kind("Job")} == {f"{service}-migrate" for service in SERVICES}


def test_what_a_container_starts_is_a_command_of_ours() -> None:
    for workload, container in containers():
        image = OURS.match(container["image"])
        if image is not None:
            command, *rest = container["args"]
            assert command in xueji.commands, title(workload)
            if command in ("service", "worker", "migrate"):
                assert rest == [image.group(1)], title(workload)


def test_a_worker_stands_alone() -> None:
    workers = [each for each in of_kind("Deployment") if each["metadata"]["name"].endswith("-worker")]
    assert {each["spec"]["replicas"] for each in workers} == {1}


def test_no_container_has_more_power_than_it_needs() -> None:
    for workload, container in containers():
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True, title(workload)
        assert pod["securityContext"]["runAsUser"] > 0, title(workload)
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, title(workload)
        assert pod["automountServiceAccountToken"] is False, title(workload)
        assert not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")), title(workload)
        assert not any("hostPath" in volume for volume in pod.get("volumes", [])), title(workload)
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, title(workload)


def test_every_container_says_what_it_needs_and_what_it_may_take() -> None:
    for workload, container in containers():
        for side in ("requests", "limits"):
            assert set(container["resources"][side]) == {"cpu", "memory"}, title(workload)


def test_every_long_running_container_tells_how_it_is() -> None:
    for workload, container in containers():
        if workload["kind"] == "Job":
            continue
        named = {port["name"] for port in container["ports"]}
        for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz"), ("startupProbe", "/readyz")):
            assert probe in container, title(workload)
            if OURS.match(container["image"]):
                asked = container[probe]["httpGet"]
                assert asked["path"] == path, title(workload)
                assert asked["port"] in named, title(workload)


def test_every_deployment_has_a_disruption_budget_that_lets_a_node_be_drained() -> None:
    budgets = {
        each["spec"]["selector"]["matchLabels"][COMPONENT]: each["spec"] for each in of_kind("PodDisruptionBudget")
    }
    assert set(budgets) == {each["metadata"]["labels"][COMPONENT] for each in of_kind("Deployment")}
    assert {budget.get("maxUnavailable") for budget in budgets.values()} == {1}


def test_nobody_talks_to_anybody_unless_it_is_said() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of_kind("NetworkPolicy")}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, policy in policies.items():
        for side in ("ingress", "egress"):
            for rule in policy.get(side, []):
                assert rule.get("from" if side == "ingress" else "to"), f"{name} opens to everybody"
                assert rule.get("ports"), f"{name} opens every port"


def test_who_needs_the_database_or_the_broker_is_let_through_and_nobody_else() -> None:
    for workload in of_kind("Deployment", "Job"):
        template = workload["spec"]["template"]
        named = {variable["name"] for variable in template["spec"]["containers"][0].get("env", [])}
        labels = template["metadata"]["labels"]
        assert ("XUEJI_POSTGRES_URL" in named) == (labels.get("xueji/postgres") == "client"), title(workload)
        assert ("XUEJI_AMQP_URL" in named) == (labels.get("xueji/rabbitmq") == "client"), title(workload)


@pytest.mark.asvs("13.3.1")
def test_secrets_are_referred_to_and_never_written_down() -> None:
    assert of_kind("Secret") == []
    for path in K8S.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert "secretGenerator" not in text, path
        assert not re.search(r"(postgresql|amqps?)://", text), path
    for workload, container in containers():
        for variable in container.get("env", []):
            secret = re.search(r"URL$|PASSWORD|KEY$|TOKEN", variable["name"])
            assert not (secret and "value" in variable), f"{title(workload)}: {variable['name']}"


def test_services_and_probes_point_at_ports_that_are_there() -> None:
    by_component = {workload["metadata"]["labels"][COMPONENT]: container for workload, container in containers()}
    for service in of_kind("Service"):
        container = by_component[service["spec"]["selector"][COMPONENT]]
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= {
            port["name"] for port in container["ports"]
        }


def test_keys_of_subjects_lie_apart_from_the_facts_that_they_seal() -> None:
    given = {
        container["name"]: variable["valueFrom"]["secretKeyRef"]["name"]
        for _, container in containers()
        for variable in container.get("env", [])
        if variable["name"] == "XUEJI_SUBJECT_KEYS_URL"
    }
    account = "xueji-subject-keys"
    assert given == {
        "identity-service": account, "identity-worker": account, "identity-migrate": f"{account}-owner"
    }  # fmt: skip


# -- compose --------------------------------------------------------------------------------------------------------


def compose() -> dict[str, Manifest]:
    services: dict[str, Manifest] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return services


def test_compose_starts_the_whole_registry() -> None:
    ours = {name for name, each in compose().items() if each["image"].startswith("xueji/")}
    expected = {f"{service}-{role}" for service in SERVICES for role in ("service", "worker", "migrate")}
    assert ours == expected | {"gateway", "verification-public"}


def test_compose_waits_for_whom_it_names_and_builds_every_image_once() -> None:
    services = compose()
    built = [each["build"]["args"]["SERVICE"] for each in services.values() if "build" in each]
    assert sorted(built) == sorted([*SERVICES, "gateway"])
    for name, each in services.items():
        for awaited, condition in each.get("depends_on", {}).items():
            assert awaited in services, name
            if condition["condition"] == "service_healthy":
                assert services[awaited].get("healthcheck"), f"{name} waits for the health of {awaited}"
        if each["image"].startswith("xueji/"):
            assert each["command"][0] in xueji.commands, name


def test_compose_gives_its_processes_a_copy_of_the_keys_that_they_can_read() -> None:
    """The keys file is readable by whoever made it, and the processes are somebody else."""
    services = compose()
    ours = {name: each for name, each in services.items() if each["image"].startswith("xueji/")}
    for name, each in ours.items():
        assert "keys:/etc/xueji/keys:ro" in each["volumes"], name
        assert not [volume for volume in each["volumes"] if "keys.toml" in volume], name
    assert [volume for volume in services["folders"]["volumes"] if volume.endswith(":/given/keys.toml:ro")]
    assert "install -o 10001 -g 10001 -m 0400 /given/keys.toml" in services["folders"]["command"][-1]


def test_compose_shows_nothing_beyond_this_machine() -> None:
    ports = [port for each in compose().values() for port in each.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


# -- the image ------------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines()) if word]


def test_one_dockerfile_builds_every_image_and_its_base_can_be_pinned_by_digest() -> None:
    assert sorted(path.name for path in (ROOT / "deploy").rglob("*Dockerfile*")) == ["Dockerfile"]
    said = instructions()
    assert ("ARG", "SERVICE") in said
    assert [rest for word, rest in said if word == "FROM"] == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"]


def test_the_image_holds_what_the_lock_says_and_runs_as_nobody_special() -> None:
    said = instructions()
    commands = " ".join(rest for word, rest in said if word == "RUN")
    assert "--require-hashes -r requirements.lock" in commands
    assert commands.count("pip install") == commands.count("--no-index"), "something is installed past the lock"
    assert [rest for word, rest in said if word == "USER"] == ["10001:10001"]
    assert [rest for word, rest in said if word == "ENTRYPOINT"] == ['["xueji"]']
    assert not any(word == "ADD" for word, _ in said)
    assert not any(re.search(r"PASSWORD|SECRET|TOKEN", rest) for word, rest in said if word in ("ENV", "ARG"))


def test_the_image_is_built_from_named_folders_only() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copies = [rest.split() for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")]
    copied = {source for *sources, _ in copies for source in sources}
    assert "**" in ignored
    assert copied <= kept
    assert all((ROOT / name).exists() for name in kept)


PROCESSES_OF_AN_IMAGE = {
    **{service: [f"services.{service}.service", f"services.{service}.worker"] for service in SERVICES},
    "gateway": ["gateway.app"],
}
ALONE = """
import importlib.metadata, importlib.abc, re, sys
foreign = set(sys.argv[1].split(","))
modules = {
    module
    for module, owners in importlib.metadata.packages_distributions().items()
    if all(re.sub("[-_.]+", "-", owner).lower() in foreign for owner in owners)
}
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in modules:
            raise ModuleNotFoundError(f"{name} is not in this image", name=name)
sys.meta_path.insert(0, Absent())
for name in ["cli.main", "cli.front_door", "shared.bus.runner", "shared.bus.health", *sys.argv[2:]]:
    importlib.import_module(name)
"""


@pytest.mark.parametrize("image", [*SERVICES, "gateway"])
def test_an_image_holds_all_that_its_processes_import(image: str) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    own = closure([*project()["dependencies"], *extras[image]])
    everything = closure([each for requirements in extras.values() for each in requirements])
    modules = [*PROCESSES_OF_AN_IMAGE[image], *(["services.verification.public"] if image == "verification" else [])]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ALONE, ",".join(everything - own), *modules],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_an_image_holds_every_file_that_the_code_reads() -> None:
    packaged = tuple(pattern.removeprefix("*") for pattern in packages()["package-data"]["*"])
    listed = subprocess.run(
        ["git", "ls-files", "shared", "services", "gateway", "cli"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    read = [name for name in listed.stdout.splitlines() if not name.endswith((".py", ".md")) and "/tests/" not in name]
    assert [name for name in read if not name.endswith(packaged)] == []


def project() -> Manifest:
    found: Manifest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def packages() -> Manifest:
    found: Manifest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    return found


def closure(requirements: list[str]) -> set[str]:
    """The distributions that these requirements bring with them, by their normal names."""
    found: set[str] = set()
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        requirement = waiting.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if not applies or name in found:
            continue
        found.add(name)
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            waiting += [Requirement(each) for each in importlib.metadata.requires(requirement.name) or []]
    return found
