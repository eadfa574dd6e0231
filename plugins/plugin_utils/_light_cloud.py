# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Zun with nothing but an HTTP library.

A connection plugin is loaded anew in each of Ansible's workers, so in each task. There openstacksdk and the clients would take
longer to import than the command takes to run.
"""

from __future__ import annotations

import types
import typing as t

from ..module_utils._cloud import ZUN_VERSION
from ..module_utils._exec_ways import with_query

if t.TYPE_CHECKING:
    import requests

Access = dict[str, t.Any]


class LightCloud:
    """As much of M(_cloud.Cloud) as it takes to find a container and to work inside.

    :param access: from C(Cloud.access). :param renew: gives a new one when the token is refused.
    :raises ImportError: where there is not even that.
    """

    def __init__(self, access: Access, renew: t.Callable[[], Access]) -> None:
        import requests

        self._renew = renew
        self._http = requests.Session()
        self._take(access)
        self.zun = types.SimpleNamespace(http_client=self, containers=_Containers(self))

    def _take(self, access: Access) -> None:
        self._access = access
        self.trust = access["verify"], access["cert"]
        self.project_id, self.label = access["project_id"], access["label"]

    def json_request(self, method: str, path: str, body: t.Any = None) -> tuple[requests.Response, t.Any]:
        """As zunclient's, with keystoneauth's exceptions."""
        answer = self._request(method, path, body)
        if answer.status_code == 401:
            self._take(self._renew())
            answer = self._request(method, path, body)
        if answer.status_code >= 400:
            from keystoneauth1.exceptions.http import from_response

            raise from_response(answer, method, answer.url)
        return answer, answer.json() if answer.content else None

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def _request(self, method: str, path: str, body: t.Any) -> requests.Response:
        headers = {"X-Auth-Token": self._access["token"], "OpenStack-API-Version": f"container {ZUN_VERSION}"}
        verify, cert = self.trust
        return self._http.request(
            method,
            self._access["endpoint"] + path,
            json=body,
            headers=headers,
            timeout=self._access["timeout"],
            # said with each request, else a variable of the environment would come before it
            verify=verify,
            cert=tuple(cert) if isinstance(cert, list) else cert,
        )


class _Containers:
    """As much of zunclient's manager as finding takes."""

    def __init__(self, cloud: LightCloud) -> None:
        self._cloud = cloud

    def get(self, quoted: str) -> t.Any:
        return _item(self._cloud.json_request("GET", f"/v1/containers/{quoted}")[1])

    def list(self, name: str) -> list[t.Any]:
        found = self._cloud.json_request("GET", with_query("/v1/containers", {"name": name}))[1]["containers"]
        return [_item(raw) for raw in found]


def _item(raw: dict[str, t.Any]) -> t.Any:
    return types.SimpleNamespace(to_dict=lambda: raw)
