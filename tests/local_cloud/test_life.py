# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopped, killed, removed, brought up again; beside it a container, a bridge and firewall rules that are not the cloud's.

The tests build on each other, in this order, and leave a cloud that is up.
"""

from __future__ import annotations

import datetime
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

import openstack
import pytest

from cloud import LocalCloud, usual_devices

pytestmark = pytest.mark.destructive

# On two cores that nobody else uses; a busy machine may ask for a multiple.
PATIENCE = float(os.environ.get("LOCAL_CLOUD_PATIENCE", "1"))
WARM_START = 45 * PATIENCE  # seconds
FROM_NOTHING = (300 + 100) * PATIENCE  # seconds: packages and virtual environment, then the first start
REMOVAL = 60 * PATIENCE  # seconds
FOREIGN = "chi-edge-foreign"
BRIDGE = "foreign0"
DEVICE = {"name": "iot-life-01", "machine_name": "life"}


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie, which a container without an init keeps for a while."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def cloud(cloud):
    """The local cloud with a device more, so that the tests wait for nobody's lease; in the end it has its usual ones."""
    yield LocalCloud(cloud.directory, local_cloud_devices=[*usual_devices(), DEVICE])
    cloud.play("started")


@pytest.fixture(scope="module")
def foreign(cloud):
    """Things of the test's own; the container's process id, and a check that all of them are as they were."""
    cloud.play("started")
    template = run("docker", "create", "edge/hello:amd64").strip()
    root = subprocess.run(["docker", "export", template], capture_output=True, check=True).stdout
    subprocess.run(["docker", "import", "-", FOREIGN], input=root, capture_output=True, check=True)
    run("docker", "rm", template)
    run("docker", "run", "--detach", "--name", FOREIGN, FOREIGN, "/bin/busybox", "sleep", "86400")
    pid = int(run("docker", "inspect", "--format", "{{.State.Pid}}", FOREIGN))
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("iptables", "-N", "FOREIGN")
    run("iptables", "-A", "FORWARD", "-i", BRIDGE, "-j", "FOREIGN")

    def check() -> None:
        assert is_alive(pid)
        assert pathlib.Path(f"/sys/class/net/{BRIDGE}").exists()
        assert f"-A FORWARD -i {BRIDGE} -j FOREIGN" in run("iptables", "-S", "FORWARD")

    yield check
    run("iptables", "-D", "FORWARD", "-i", BRIDGE, "-j", "FOREIGN")
    run("iptables", "-X", "FOREIGN")
    run("ip", "link", "delete", BRIDGE)
    run("docker", "rm", "--force", FOREIGN)
    run("docker", "rmi", FOREIGN)


class Page:
    """A leased device with a container that serves a page behind a floating IP."""

    def __init__(self):
        self.cloud = openstack.connect(cloud="edge")
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        reservation = {"resource_type": "device", "min": 1, "max": 1, "resource_properties": '["==", "$name", "iot-life-01"]'}
        lease = {
            "name": "life",
            "start_date": "now",
            "end_date": f"{end:%Y-%m-%d %H:%M}",
            "reservations": [reservation],
            "events": [],
        }
        self.lease = self.call("POST", "reservation", "/leases", json=lease)["lease"]["id"]
        lease = self.wait("reservation", f"/leases/{self.lease}", lambda answer: answer["lease"]["status"] == "ACTIVE")["lease"]
        container = {
            "name": "life",
            "image": "edge/hello:arm64",
            "image_pull_policy": "never",
            "hints": {"reservation": lease["reservations"][0]["id"]},
            "nets": [{"network": self.cloud.network.find_network("containernet1", ignore_missing=False).id}],
            "exposed_ports": {"8080/tcp": {}},
        }
        self.container = self.call("POST", "container", "/containers?run=true", json=container)["uuid"]
        container = self.wait("container", f"/containers/{self.container}", lambda answer: answer["status"] == "Running")
        public = self.cloud.network.find_network("public", ignore_missing=False)
        port = next(iter(container["addresses"].values()))[0]["port"]
        self.address = self.cloud.network.create_ip(floating_network_id=public.id, port_id=port)

    def call(self, method: str, kind: str, path: str, **options) -> dict:
        headers = {"OpenStack-API-Version": "container 1.40"} if kind == "container" else {}
        answer = self.cloud.session.request(path, method, endpoint_filter={"service_type": kind}, headers=headers, **options)
        return answer.json() if answer.content else {}

    def wait(self, kind: str, path: str, enough) -> dict:
        deadline = time.monotonic() + 90
        while not enough(answer := self.call("GET", kind, path)):
            assert time.monotonic() < deadline, answer
            time.sleep(1)
        return answer

    def answers(self) -> bytes:
        """The page, for which a floating IP may take a few seconds."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _attempt in range(30):
            try:
                return opener.open(f"http://{self.address.floating_ip_address}:8080/", timeout=2).read()
            except OSError:
                time.sleep(1)
        return b""

    def remove(self) -> None:
        self.cloud.network.delete_ip(self.address)
        self.call("DELETE", "reservation", f"/leases/{self.lease}")
        self.cloud.close()


def kill(cloud) -> None:
    """What a power cut does to processes, links, namespaces and rules; the files of /run stay behind and are stale."""
    victims = set(cloud.processes())
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        if name == "containerd" and "/run/docker/containerd" in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
            victims.add(pid)
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    for name in os.listdir("/run/netns"):
        run("umount", "--lazy", f"/run/netns/{name}")
    run("ip", "link", "delete", "br-ex")


def until_engine_answers() -> None:
    deadline = time.monotonic() + 60
    while subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline
        time.sleep(1)


def test_stopped(cloud, foreign):
    page = Page()
    assert b"aarch64" in page.answers()
    assert cloud.play("stopped").changed == 1
    assert not [pid for pid in cloud.processes() if is_alive(pid)]
    assert b"aarch64" in page.answers(), "containers outlive the cloud that made them"
    assert cloud.play("stopped").changed == 0
    foreign()

    started = cloud.play("started")
    assert started.changed > 0
    assert b"aarch64" in page.answers()
    page.remove()
    assert cloud.play("started").changed == 0
    assert started.seconds <= WARM_START, started.seconds


def test_killed(cloud, foreign):
    page = Page()
    kill(cloud)
    assert cloud.play("started").changed > 0
    page.wait("container", f"/containers/{page.container}", lambda answer: answer["status"] == "Running")
    assert b"aarch64" in page.answers()
    page.remove()
    foreign()
    assert cloud.play("started").changed == 0


def test_one_program_killed(cloud):
    """Supervisor brings it back, in its order."""
    rabbitmq = [pid for pid, name in cloud.processes().items() if name == "rabbitmq"]
    for pid in rabbitmq:
        os.kill(pid, signal.SIGKILL)
    time.sleep(2)
    assert cloud.play("started").changed <= 1
    page = Page()
    assert b"aarch64" in page.answers()
    page.remove()


def test_engine_that_runs_is_used_and_left(cloud, foreign, tmp_path):
    cloud.play("stopped")
    with (tmp_path / "dockerd.log").open("w") as log:
        command = ["dockerd", "--live-restore", "--pidfile", str(tmp_path / "dockerd.pid")]
        engine = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until_engine_answers()
        cloud.play("started")
        assert "dockerd" not in cloud.processes().values()
        page = Page()
        assert b"aarch64" in page.answers()
        page.remove()
        assert cloud.play("started").changed == 0
        cloud.play("stopped")
        assert engine.poll() is None
        foreign()
    finally:
        engine.terminate()
        engine.wait()
    cloud.play("started")
    assert "dockerd" in cloud.processes().values()


def test_absent(cloud, foreign):
    # With a container, a lease and a floating IP in place, and with every process dead: nothing can be asked of them.
    Page()
    kill(cloud)
    removed = cloud.play("absent")
    assert removed.changed > 0
    assert removed.seconds <= REMOVAL, removed.seconds

    assert not cloud.directory.exists()
    assert not [pid for pid in cloud.processes() if is_alive(pid)]
    assert not pathlib.Path("/usr/lib/docker/plugins/kuryr").exists()
    assert "qrouter-" not in run("ip", "netns", "list")
    assert not re.findall(r"\b(?:brq|tap|br-ex)\S*", " ".join(os.listdir("/sys/class/net")))
    for table in ("iptables-save", "ip6tables-save", "ebtables-save"):
        assert "neutron" not in run(table)
    foreign()
    assert cloud.play("absent").changed == 0
    foreign()


def test_started_from_nothing(cloud, foreign):
    started = cloud.play("started")
    assert started.changed > 0
    assert started.seconds <= FROM_NOTHING, started.seconds
    foreign()
    containers = run("docker", "ps", "--all", "--format", "{{.Names}}").split()
    assert containers == [FOREIGN]
    assert cloud.play("started").changed == 0
    page = Page()
    assert b"aarch64" in page.answers()
    page.remove()
