# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The way into a cloud: openstack.cloud's own options, one Keystone session, and the clients on it.

openstacksdk makes the session; python-blazarclient and python-zunclient are given it (contract 1.2, 1.5).
Nothing heavy is imported before it is needed, so that a module's arguments are checked first.
"""

from __future__ import annotations

import os
import typing as t
from functools import cached_property

from ._errors import EdgeError, ServiceError, attempt, is_service_error
from ._secrets import nested_secrets
from ._token import share_token

if t.TYPE_CHECKING:
    from ._context import Context

# Given whole in a dictionary as cloud, these must not be given beside it; as openstack.cloud has it.
_NOT_BESIDE_A_DICTIONARY = (
    "auth",
    "region_name",
    "validate_certs",
    "ca_cert",
    "client_cert",
    "client_key",
    "api_timeout",
    "auth_type",
)

AUTH_SPEC: dict[str, t.Any] = {
    "cloud": {"type": "raw"},
    "auth": {"type": "dict", "no_log": True},
    "auth_type": {"type": "str"},
    "region_name": {"type": "str"},
    "validate_certs": {"type": "bool", "aliases": ["verify"]},
    "ca_cert": {"type": "str", "aliases": ["cacert"]},
    "client_cert": {"type": "str", "aliases": ["cert"]},
    "client_key": {"type": "str", "no_log": True, "aliases": ["key"]},
    "api_timeout": {"type": "int"},
    "interface": {"type": "str", "default": "public", "choices": ["admin", "internal", "public"], "aliases": ["endpoint_type"]},
    "sdk_log_path": {"type": "str"},
    "sdk_log_level": {"type": "str", "default": "INFO", "choices": ["INFO", "DEBUG"]},
}

# Zun reads only this header word, and 1.40 is the newest version that upstream has (contract 1.2, 1.3).
ZUN_VERSION = "1.40"

LIBRARIES = "openstacksdk, python-blazarclient and python-zunclient"


def preload() -> None:
    """Import all that a connection needs, once, in the process that the workers are forked from.

    :raises ImportError: when a library is missing.
    """
    import blazarclient.v1.client  # noqa: F401
    import openstack.connection  # noqa: F401
    import openstack.network.v2._proxy  # noqa: F401
    import zunclient.v1.client  # noqa: F401
    from keystoneauth1 import loading

    for name in ("v3applicationcredential", "password"):  # else each worker scans the entry points again
        loading.get_plugin_loader(name)


class Cloud:
    """One task's connection.

    :raises EdgeError: for options that contradict each other, an unknown cloud, a missing library, a refused log-in.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._connection = self._connect(context.params)
        for secret in nested_secrets(self._connection.config.config):
            context.secret(secret)
        directory = context.token_directory()
        if directory:
            share_token(self._session.auth, directory, context.at_end)
        self._log_in()

    # -- what the services are reached through ---------------------------------------------------------------------

    @cached_property
    def blazar(self) -> t.Any:
        """python-blazarclient on our session; its managers' C(request_manager) serves what it lacks."""
        from blazarclient.v1 import client

        return client.Client(session=self._session, service_type="reservation", **self._endpoint("reservation"))

    @cached_property
    def zun(self) -> t.Any:
        """python-zunclient on our session; its C(http_client) serves what it lacks."""
        from zunclient import api_versions
        from zunclient.v1 import client

        self._require("container")
        return client.Client(
            session=self._session,
            service_type="container",
            api_version=api_versions.APIVersion(ZUN_VERSION),
            **self._endpoint("container"),
        )

    @cached_property
    def network(self) -> t.Any:
        """openstacksdk's Neutron proxy."""
        return self._connection.network

    @cached_property
    def image(self) -> t.Any:
        """openstacksdk's Glance proxy. :raises EdgeError: where there is no Glance; the edge may have none (contract 1.2)."""
        self._require("image")
        return self._connection.image

    @cached_property
    def project_id(self) -> str:
        """The project that the token is for; no credential file holds it (contract 1.4)."""
        return str(self._session.get_project_id())

    @cached_property
    def is_restricted(self) -> bool:
        """Whether the token comes from a restricted application credential, which cannot make leases (contract 1.4)."""
        credential = self._session.auth.get_access(self._session)._data["token"].get("application_credential")
        return isinstance(credential, dict) and bool(credential.get("restricted"))

    def access(self) -> dict[str, t.Any]:
        """All that it takes to ask Zun with nothing but an HTTP library, as plain data. It holds the token."""
        self._require("container")
        session = self._session
        verify, cert = self.trust
        where = self._endpoint("container")
        endpoint = where.pop("endpoint_override", None) or session.get_endpoint(service_type="container", **where)
        return {
            "endpoint": str(endpoint).rstrip("/").removesuffix("/v1"),
            "token": session.get_token(),
            "expires": session.auth.get_access(session).expires.timestamp(),
            "verify": verify,
            "cert": cert,
            "timeout": session.timeout,
            "project_id": self.project_id,
            "label": self.label,
        }

    @property
    def trust(self) -> tuple[t.Any, t.Any]:
        """How certificates are verified (False, True, or a bundle's path), and the path of ours or of it and its key."""
        return self._session.verify, self._session.cert

    @property
    def label(self) -> str:
        """The cloud as the user knows it, for messages."""
        name = self._connection.config.name
        return f'cloud "{name}"' if name else "the cloud"

    # -- inside ----------------------------------------------------------------------------------------------------

    @property
    def _session(self) -> t.Any:
        return self._connection.session

    def _connect(self, params: dict[str, t.Any]) -> t.Any:
        try:
            import openstack
            from openstack import exceptions
        except ImportError as exc:
            raise EdgeError(f"{LIBRARIES} are needed where the module runs: {exc}.") from exc
        cloud = params["cloud"]
        if isinstance(cloud, dict):
            config = self._alone(cloud, params)
        else:
            config = {
                "cloud": cloud,
                "auth_type": params["auth_type"],
                "auth": params["auth"],
                "region_name": params["region_name"],
                "verify": params["validate_certs"],
                "cacert": params["ca_cert"],
                "cert": params["client_cert"],
                "key": params["client_key"],
                "api_timeout": params["api_timeout"],
                "interface": params["interface"],
            }
        if params["sdk_log_path"]:
            openstack.enable_logging(debug=params["sdk_log_level"] == "DEBUG", http_debug=False, path=params["sdk_log_path"])
        try:
            return openstack.connect(**config)
        except exceptions.ConfigException as exc:
            raise EdgeError(self._explain_config(cloud, str(exc))) from exc
        except Exception as exc:
            # older SDKs stumble over a file that holds something else
            words = str(exc) if is_service_error(exc) else f"{type(exc).__name__}: {exc}"
            raise EdgeError(self._explain_config(cloud, words)) from exc

    @staticmethod
    def _alone(cloud: dict[str, t.Any], params: dict[str, t.Any]) -> dict[str, t.Any]:
        beside = [name for name in _NOT_BESIDE_A_DICTIONARY if params[name] is not None]
        if params["interface"] != "public":
            beside.append("interface")
        if beside:
            raise EdgeError(f"cloud is a dictionary and so the whole configuration; leave out {', '.join(sorted(beside))}.")
        return cloud

    @staticmethod
    def _explain_config(cloud: t.Any, words: str) -> str:
        from openstack.config import OpenStackConfig

        try:
            named = os.environ.get("OS_CLIENT_CONFIG_FILE")  # not read by the loader without the other variables
            loader = OpenStackConfig(load_envvars=False, config_files=[named] if named else None)
            where = f"{loader.config_filename} has: {', '.join(sorted(loader.get_cloud_names()))}"
            if not loader.config_filename:
                where = "no clouds.yaml was found"
        except Exception as exc:  # the file itself is at fault, and words tell it already
            where = f"clouds.yaml could not be read: {type(exc).__name__}"
        if isinstance(cloud, str):
            return f'Could not use cloud "{cloud}": {words.rstrip(".")}. ({where})'
        return (
            f"Could not tell which cloud to use: {words.rstrip('.')}. ({where}) "
            "Give cloud, or set OS_CLOUD, or have one cloud in clouds.yaml (OS_CLIENT_CONFIG_FILE names another file)."
        )

    def _log_in(self) -> None:
        url = self._connection.config.config.get("auth", {}).get("auth_url", "")
        with attempt(f"log in to {self.label} at {url}"):
            self._session.get_token()

    def _endpoint(self, service: str) -> dict[str, t.Any]:
        config = self._connection.config
        found = {"interface": config.get_interface(service), "region_name": config.get_region_name(service)}
        override = config.get_endpoint(service)
        if override:
            found["endpoint_override"] = override
        return found

    def _require(self, service: str) -> None:
        """zunclient says "Not authorized" for every failure to find its endpoint, so look first."""
        where = self._endpoint(service)
        with attempt(f"find the service {service} in the catalog of {self.label}"):
            if not where.get("endpoint_override") and not self._session.get_endpoint(service_type=service, **where):
                raise ServiceError(
                    f"{self.label[0].upper()}{self.label[1:]} has no service of type {service}"
                    f" in region {where['region_name'] or 'any'}.",
                    None,
                    "not in the catalog",
                )
