# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS as the clients see it: verified unless said otherwise, an authority of one's own, and what is told of a wrong certificate.

The certificates are real. The service is a stand-in of Zun on Kubernetes, which has sessions; see the integration tests for
the real ones.
"""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._exec_channels import Trust
from ansible_collections.chi.edge.plugins.module_utils._exec_channels import are_offered as offered
from ansible_collections.chi.edge.plugins.module_utils._exec_ways import Command
from ansible_collections.chi.edge.plugins.module_utils._operations import container_exec, container_info
from ansible_collections.chi.edge.plugins.plugin_utils import _door
from ansible_collections.chi.edge.plugins.plugin_utils._door import Door
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import CONTAINER, NAME, serving
from ansible_collections.chi.edge.tests.tools.tls import certify
from ansible_collections.chi.edge.tests.unit.site.services import Quiet

pytestmark = pytest.mark.usefixtures("nobodys_clouds")

UNTRUSTED = (
    "the service's certificate does not verify: unable to get local issuer certificate. Something else may answer in its place. "
    "If the site has an authority of its own, give that one's certificate as ca_cert (cacert in clouds.yaml)."
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certify(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def zun(certificate):
    with serving(certificate) as running:
        yield running


def params(operation, zun, **options):
    credential = {"application_credential_id": "credential", "application_credential_secret": "secret"}
    given = {
        "auth_type": "v3applicationcredential",
        "auth": {"auth_url": f"{zun.url}/v3", **credential},
        "region_name": "one",
        **options,
    }
    checked = ArgumentSpecValidator(operation.SPEC["argument_spec"]).validate(given)
    assert not checked.error_messages, checked.error_messages
    return checked.validated_parameters


def run(operation, zun, **options):
    return operation.run(Quiet(params(operation, zun, **options)))


def refused(operation, zun, **options) -> str:
    with pytest.raises(EdgeError) as caught:
        run(operation, zun, **options)
    return caught.value.message


def test_a_certificate_is_verified_unless_said_otherwise(zun):
    assert refused(container_info, zun).endswith(f" at {zun.url}/v3: {UNTRUSTED}")


def test_another_hosts_certificate_is_refused(tmp_path):
    other = certify(tmp_path / "tls", "another-host")
    with serving(other) as zun:
        assert "does not verify: Hostname mismatch" in refused(container_info, zun, ca_cert=other.authority)


def test_an_authority_of_ones_own_goes_for_requests_and_sessions(zun, certificate):
    for trusted in ({"ca_cert": certificate.authority}, {"validate_certs": False}):
        result = run(container_exec, zun, container=NAME, command="echo hello", **trusted)
        assert result["stdout"] == "hello"
    assert any(asked.startswith("session v5.channel.k8s.io") for asked in zun.asked)


def test_the_connection_keeps_to_it(zun, certificate, tmp_path, monkeypatch):
    for number, trusted in enumerate(({"ca_cert": certificate.authority}, {"validate_certs": False})):
        monkeypatch.setattr(_door, "own_directory", lambda number=number: str(tmp_path / str(number)))
        for _time in ("found", "kept"):
            door = Door(params(container_exec, zun, container=NAME, command="x", **trusted), NAME)
            try:
                outcome = door.open().run(Command(["cat"], stdin=b"hello"), 30)
            finally:
                door.close()
            assert outcome.stdout == b"hello"


def test_a_session_whose_certificate_is_wrong_is_no_missing_session(zun, certificate, tmp_path):
    """A service that has no sessions is asked in another way; one that nobody can vouch for is not asked at all."""
    assert offered(zun.ask, CONTAINER, NAME, Trust(certificate.authority))
    with pytest.raises(EdgeError, match=r"Could not open a session .* certificate does not verify: unable to get local issuer"):
        offered(zun.ask, CONTAINER, NAME)


def test_a_session_trusts_what_requests_trust_by_themselves(zun, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.authority)
    assert run(container_exec, zun, container=NAME, command="echo hello")["stdout"] == "hello"
    assert any(asked.startswith("session v5.channel.k8s.io") for asked in zun.asked)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Could not find a suitable TLS CA certificate bundle, invalid path: "),
        ("no certificate", "no certificate or crl found"),
    ],
)
def test_a_bundle_that_is_none(zun, tmp_path, content, said):
    bundle = tmp_path / "bundle.pem"
    if content:
        bundle.write_text(content)
    message = refused(container_info, zun, ca_cert=str(bundle))
    assert said in message
    assert message.endswith(
        "ca_cert (cacert in clouds.yaml) is a file with certificates in PEM format, on the machine where the task runs."
    )


def test_a_service_that_speaks_no_tls():
    with serving() as zun:
        zun.url = zun.url.replace("http:", "https:")
        assert refused(container_info, zun).endswith("What answers there does not speak TLS: is its address one with http?")
