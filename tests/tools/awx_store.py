# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A loopback server that keeps what the modules of awx.awx send to AWX, and gives it back as AWX does.

AWX itself takes a cluster. This has its API's shape alone: lists that are filtered by fields, objects, associations, surveys, and
secrets that are never told. It runs nothing, and believes what it is told; what must hold of that is for the tests to see.
"""

from __future__ import annotations

import json
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

API = "/api/v2/"
TEMPLATES = ("projects", "inventory_sources", "job_templates", "workflow_job_templates")
ENCRYPTED = "$encrypted$"

Item = dict[str, t.Any]


@dataclass
class Store:
    """All that was sent. Ids count through all kinds, so that templates of different kinds can be told apart."""

    url: str = ""
    kinds: dict[str, dict[int, Item]] = field(default_factory=dict)
    associations: dict[str, list[int]] = field(default_factory=dict)
    surveys: dict[str, Item] = field(default_factory=dict)
    count: int = 0

    def add(self, kind: str, data: Item) -> Item:
        """Keep an object, with what AWX adds to it."""
        self.count += 1
        url = f"{API}{kind}/{self.count}/"
        added = {"id": self.count, "url": url, "type": kind.rstrip("s"), "summary_fields": {}, "scm_revision": ""}
        item = added | {"related": {"survey_spec": f"{url}survey_spec/"}} | {k: v for k, v in data.items() if k != "type"}
        self.kinds.setdefault(kind, {})[self.count] = item
        return item

    def named(self, kind: str) -> dict[str, Item]:
        """The objects of a kind by their names."""
        return {item.get("name", item.get("identifier")): item for item in self.kinds.get(kind, {}).values()}

    def associated(self, kind: str, name: str, what: str) -> list[int]:
        """The ids that are associated with an object."""
        return self.associations.get(f"{self.named(kind)[name]['url']}{what}/", [])

    # -- what is asked ---------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: Item, data: Item) -> tuple[int, Item | None]:
        """The status and the body of an answer."""
        kind, *rest = path.removeprefix(API).strip("/").split("/")
        if not rest:
            return (201, self.add(kind, data)) if method == "POST" else (200, _listed(self._found(kind, query)))
        item = self.kinds[kind][int(rest[0])]
        if len(rest) == 1:
            item.update(data)
            return 200, self._told(kind, item)
        if rest[1] == "survey_spec":
            self.surveys.update({item["name"]: data} if method == "POST" else {})
            return 200, self.surveys.get(item["name"], {})
        members = self.associations.setdefault(path, [])
        if method == "GET":
            return 200, _listed([{"id": member} for member in members])
        (members.remove if data.get("disassociate") else members.append)(data["id"])
        return 204, None

    def _found(self, kind: str, query: Item) -> list[Item]:
        kinds = TEMPLATES if kind == "unified_job_templates" else (kind,)
        items = [self._told(one, item) for one in kinds for item in self.kinds.get(one, {}).values()]
        return [item for item in items if all(str(item.get(key)) == value for key, value in query.items())]

    def _told(self, kind: str, item: Item) -> Item:
        if kind != "credentials":
            return item
        fields = self.kinds["credential_types"][item["credential_type"]]["inputs"]["fields"]
        secret = {entry["id"] for entry in fields if entry.get("secret")}
        return item | {"inputs": {key: ENCRYPTED if key in secret else value for key, value in item["inputs"].items()}}


def _listed(items: list[Item]) -> Item:
    return {"count": len(items), "results": items, "next": None}


@contextmanager
def serving() -> Iterator[Store]:
    """Serve an AWX with nothing in it but its first organisation."""
    store = Store()
    store.add("organizations", {"name": "Default"})
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            asked = urlsplit(self.path)
            data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            with turn:
                status, body = store.answer(self.command, asked.path, dict(parse_qsl(asked.query)), data)
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _serve

        def log_message(self, *_args: t.Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
