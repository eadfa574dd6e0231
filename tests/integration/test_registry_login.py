# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry with a certificate of its own and a login, as a laboratory runs it: Debian's, on a loopback port."""

from __future__ import annotations

import socket
import subprocess
import time

import pytest

pytestmark = [pytest.mark.modules, pytest.mark.xdist_group("registry login")]

PASSWORD = "open-sesame"
# of that password, since what makes one (htpasswd) is not everywhere
HTPASSWD = "me:$2y$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO"
CONFIG = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {place}/data}}}}
auth: {{htpasswd: {{realm: test, path: {place}/htpasswd}}}}
http:
  addr: 127.0.0.1:{port}
  tls: {{certificate: {place}/certificate.pem, key: {place}/key.pem}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def registry(place):
    """The host and port of the registry."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (place / "config.yml").write_text(CONFIG.format(place=place, port=port))
    (place / "htpasswd").write_text(HTPASSWD)
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=registry"
    request += f" -addext subjectAltName=IP:127.0.0.1 -keyout {place}/key.pem -out {place}/certificate.pem"
    subprocess.run(request.split(), check=True, capture_output=True)
    with (
        open(place / "log", "wb") as log,
        subprocess.Popen(["docker-registry", "serve", str(place / "config.yml")], stdout=log, stderr=log) as process,
    ):
        try:
            for _attempt in range(100):
                with socket.socket() as door:
                    if not door.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.1)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def fails(run, words):
    assert run.status != 0
    assert words in run.text
    assert PASSWORD not in run.text
    assert "Traceback" not in run.text


@pytest.mark.parametrize("in_process", [True, False])
def test_an_image_is_pushed_and_read_with_a_login(playbook, registry, place, in_process):
    archive = place / "hello.tar"
    subprocess.run(["docker", "save", "--output", str(archive), "edge/hello:arm64"], check=True)
    name = f"{registry}/hello:{in_process}"
    tasks = [
        {"chi.edge.container_image": {"name": name, "archive": str(archive)}},
        {"chi.edge.container_image_info": {"image": name}, "register": "found"},
        {"ansible.builtin.assert": {"that": "found.image.platforms[0].architecture == 'arm64'"}},
    ]
    login = {"username": "me", "password": PASSWORD, "ca_cert": str(place / "certificate.pem")}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/chi.edge.registry": login},
        "vars": {"chi_edge_in_process": in_process},
        "tasks": tasks,
    }
    run = playbook([play], "-vvv")
    assert run.status == 0, run.text
    assert run.recap["changed"] == 1
    assert PASSWORD not in run.text.replace(str(place), "")
    assert playbook([play]).recap["changed"] == 0


def test_a_login_is_asked_for(playbook, registry, place):
    read = {"image": f"{registry}/hello", "ca_cert": str(place / "certificate.pem")}
    fails(playbook([{"chi.edge.container_image_info": read}]), "Give username and password if it is private.")


def test_a_wrong_password_is_told(playbook, registry, place):
    read = {"image": f"{registry}/hello", "ca_cert": str(place / "certificate.pem"), "username": "me", "password": "closed"}
    fails(playbook([{"chi.edge.container_image_info": read}]), 'The password is wrong, or user \\"me\\" has no right to do that.')


def test_a_certificate_that_nobody_vouches_for_is_told(playbook, registry):
    fails(
        playbook([{"chi.edge.container_image_info": {"image": f"{registry}/hello"}}]),
        f"{registry} cannot be reached: its certificate does not verify: self",
    )


def test_a_certificate_need_not_be_verified(playbook, registry):
    read = {"image": f"{registry}/nothing", "validate_certs": False, "username": "me", "password": PASSWORD}
    run = playbook([{"chi.edge.container_image_info": read, "register": "found", "failed_when": "found.image is not none"}])
    assert run.status == 0, run.text


def test_a_bundle_that_is_not_there_is_told(playbook, registry):
    fails(
        playbook([{"chi.edge.container_image_info": {"image": f"{registry}/hello", "ca_cert": "/nothing.pem"}}]),
        "Could not find a suitable TLS CA certificate bundle, invalid path: /nothing.pem",
    )


def test_the_role_shows_no_password(playbook, registry, place):
    archive = place / "role.tar"
    subprocess.run(["docker", "save", "--output", str(archive), "edge/hello:arm64"], check=True)
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars_files": [str(place / "secret.yml")],
        "vars": {
            "container_image_name": "role:1",
            "container_image_archive": str(archive),
            "container_image_registry": registry,
            "container_image_registry_username": "me",
            "container_image_registry_password": "{{ password }}",
            "container_image_registry_ca_cert": str(place / "certificate.pem"),
        },
        "tasks": [
            {"ansible.builtin.include_role": {"name": "chi.edge.container_image"}},
            {
                "ansible.builtin.include_role": {"name": "chi.edge.container_image", "tasks_from": "preflight"},
                "vars": {"container_image_reference": "{{ container_image.reference }}"},
            },
            {"ansible.builtin.debug": {"var": "container_image"}},
        ],
    }
    (place / "secret.yml").write_text(f"password: {PASSWORD}\n")
    for in_process in (True, False):
        run = playbook([play], "-vvvv", "--diff", extra={"chi_edge_in_process": in_process})
        assert run.status == 0, run.text[-5000:]
        assert PASSWORD not in run.text
