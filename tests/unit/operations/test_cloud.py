# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into a cloud, and each way in which it can be missed."""

from __future__ import annotations

import builtins
import logging
import os

import pytest
import yaml
from ansible_collections.chi.edge.plugins.module_utils import _cloud
from ansible_collections.chi.edge.tests.tools.loopback import cloud_at
from openstack.config import loader


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """No cloud is known but those of the test."""
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    # the SDK puts the file of OS_CLIENT_CONFIG_FILE in here for good
    monkeypatch.setattr(loader, "CONFIG_FILES", [])


@pytest.fixture
def file(monkeypatch, tmp_path, there):
    """A clouds.yaml with one cloud in it."""
    path = tmp_path / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"edge": {**there.cloud(), "region_name": "one"}}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path


def test_by_its_name_by_the_environment_and_as_the_only_one(run, file, monkeypatch):
    assert run("lease_info", cloud="edge")["leases"] == []
    assert "hunter22" in run.told.secrets
    assert run("lease_info", cloud=None)["leases"] == []
    monkeypatch.setenv("OS_CLOUD", "nope")
    assert "nope" in run.fails("lease_info", cloud=None).message


def test_a_name_that_is_not_there_lists_those_that_are(run, file):
    told = run.fails("lease_info", cloud="nope").message
    assert told.startswith('Could not use cloud "nope": ') and f"({file} has: edge)" in told


def test_without_any_file(run):
    assert "(no clouds.yaml was found)" in run.fails("lease_info", cloud="nope").message


def test_a_file_that_cannot_be_read(run, file):
    file.write_text("- no mapping\n")
    told = run.fails("lease_info", cloud="edge").message
    assert "clouds.yaml could not be read" in told


def test_a_dictionary_is_the_whole_configuration(run, there):
    told = run.fails("lease_info", cloud=there.cloud(), region_name="one", interface="admin").message
    assert told == "cloud is a dictionary and so the whole configuration; leave out interface, region_name."


def test_a_plugin_that_is_not_there(run, there):
    assert "v4magic" in run.fails("lease_info", cloud={**there.cloud(), "auth_type": "v4magic"}).message


def test_nobody_listens(run):
    failed = run.fails("lease_info", cloud=cloud_at("http://127.0.0.1:1"))
    assert "Could not log in to" in failed.message and "http://127.0.0.1:1/v3" in failed.message
    assert failed.result["failure"]["status"] is None


def test_a_service_that_the_cloud_does_not_have(run, there):
    failed = run.fails("container_info", cloud={**there.cloud(), "region_name": "two"})
    assert "container" in failed.message and "two" in failed.message or "catalog" in failed.message


def test_an_endpoint_of_ones_own(run, there):
    override = {**there.cloud(), "container_endpoint_override": f"{there.url}/container/v1"}
    assert run("container_info", cloud=override)["containers"] == []


def test_a_service_that_is_down_for_a_moment_is_asked_again(run, there):
    there.fault("GET reservation leases", 503)
    assert run("lease_info")["leases"] == []
    for _attempt in range(4):
        there.fault("GET reservation leases", 503, "overloaded")
    assert "Could not list the leases: overloaded (HTTP 503)" in run.fails("lease_info").message


def test_the_libraries_are_missing(run, monkeypatch):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "openstack":
            raise ImportError("No module named 'openstack'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    told = run.fails("lease_info").message
    assert (
        told
        == "openstacksdk, python-blazarclient and python-zunclient are needed where the module runs: No module named 'openstack'."
    )


def test_the_log_of_the_sdk(run, tmp_path):
    try:
        run("lease_info", sdk_log_path=str(tmp_path / "sdk.log"), sdk_log_level="DEBUG")
        assert (tmp_path / "sdk.log").exists()
    finally:
        for name in ("openstack", "keystoneauth", "keystoneauth.session"):
            logging.getLogger(name).handlers.clear()


def test_all_that_a_connection_needs_can_be_imported_beforehand():
    _cloud.preload()
