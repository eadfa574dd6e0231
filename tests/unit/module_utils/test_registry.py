# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registries: logins, and faults that Debian's registry, which the integration tests speak with, cannot be made to show.

The stand-in answers as Docker Hub and others do: by tokens, by redirections, by refusals, and by what is no answer at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, ServiceError
from ansible_collections.chi.edge.plugins.module_utils._operations import container_image, container_image_info

from images import Said, config, digest, layer, oci, program, saved_before_25

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
PASSWORD = "open-sesame"

LAYERS = [layer({"bin/app": program("arm64")})]
CONFIG = config("arm64", LAYERS)


class StandIn(ThreadingHTTPServer):
    """A registry that keeps what it is sent. I(login) says whom it lets in: anybody, or by token or password."""

    def __init__(self, login=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.login = login
        self.manifests = {}
        self.blobs = {}
        self.faults = []
        self.asked = []
        self.deletes = "tags"
        self.redirects = False
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def host(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def put_image(self, name, configuration=CONFIG, media_type=OCI_MANIFEST):
        self.blobs[digest(configuration)] = configuration
        manifest = {"schemaVersion": 2, "config": {"digest": digest(configuration)}, "layers": []}
        return self.put(name, manifest, media_type)

    def put(self, name, manifest, media_type):
        content = json.dumps(manifest).encode()
        self.manifests[name] = self.manifests[digest(content)] = (media_type, content)
        return digest(content)


class Handler(BaseHTTPRequestHandler):
    """Speaks for the stand-in."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def answer(self, status, body=b"", **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content_Length": str(len(content)), "Content_Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self.server.asked.append(f"{self.command} {path}")
        if path == "/token":
            return self.give_token(query)
        if self.server.faults:
            return self.answer(*self.server.faults.pop(0))
        if path.startswith("/elsewhere/"):
            assert "Authorization" not in self.headers
            return self.answer(200, self.server.blobs[path.removeprefix("/elsewhere/")])
        if not self.is_let_in():
            return None
        return self.serve(path, query, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    # -- login -----------------------------------------------------------------------------------------------------

    def is_let_in(self):
        given = self.headers.get("Authorization", "")
        wanted = {
            None: "",
            "token": f"Bearer {self.scope()}",
            "password": f"Basic {base64.b64encode(f'me:{PASSWORD}'.encode()).decode()}",
        }[self.server.login]
        if given == wanted:
            return True
        challenge = f'Bearer realm="http://{self.server.host}/token",service="stand-in",scope="{self.scope()}"'
        if self.server.login == "password":
            challenge = 'Basic realm="bearer of gifts"'
        self.answer(401, refusal("UNAUTHORIZED", "authentication required"), WWW_Authenticate=challenge)
        return False

    def scope(self):
        actions = "pull" if self.command in ("GET", "HEAD") else "pull,push"
        return f"repository:group/image:{actions}"

    def give_token(self, query):
        if self.headers.get("Authorization", "") not in ("", f"Basic {base64.b64encode(f'me:{PASSWORD}'.encode()).decode()}"):
            return self.answer(401, {"details": "incorrect username or password"})
        if not self.headers.get("Authorization") and "push" in query["scope"][0]:
            return self.answer(200, {"token": "of no use"})
        assert query["service"] == ["stand-in"]
        return self.answer(200, {"token": query["scope"][0]})

    # -- images ----------------------------------------------------------------------------------------------------

    def serve(self, path, query, body):
        kind, _slash, name = path.removeprefix("/v2/group/image/").partition("/")
        if path == "/v2/":
            return self.answer(200, {})
        if kind == "manifests":
            return self.serve_manifest(name, body)
        if self.command == "POST":
            return self.answer(202, Location="/v2/group/image/blobs/uploads/1?state=begun")
        if self.command == "PUT":
            assert query["state"] == ["begun"]
            (wanted,) = query["digest"]
            if digest(body) != wanted:
                return self.answer(400, refusal("DIGEST_INVALID", "provided digest did not match uploaded content"))
            self.server.blobs[wanted] = body
            return self.answer(201)
        if name in self.server.blobs and self.server.redirects:
            return self.answer(307, Location=f"http://localhost:{self.server.server_address[1]}/elsewhere/{name}")
        if name in self.server.blobs:
            return self.answer(200, self.server.blobs[name])
        return self.answer(404, refusal("BLOB_UNKNOWN", "blob unknown"))

    def serve_manifest(self, name, body):
        if self.command == "PUT":
            self.server.manifests[name] = (self.headers["Content-Type"], body)
            return self.answer(201)
        if name not in self.server.manifests:
            return self.answer(404, refusal("MANIFEST_UNKNOWN", "manifest unknown"))
        if self.command == "DELETE":
            if self.server.deletes == "nothing":
                return self.answer(405, refusal("UNSUPPORTED", "The operation is unsupported."))
            del self.server.manifests[name]
            return self.answer(202)
        media_type, content = self.server.manifests[name]
        assert media_type in self.headers["Accept"] or media_type not in (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
        return self.answer(200, content, Content_Type=media_type)


def refusal(code, message):
    return {"errors": [{"code": code, "message": message}]}


@pytest.fixture
def registry():
    server = StandIn()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "saved.tar"
    path.write_bytes(saved_before_25(CONFIG, LAYERS))
    return str(path)


def read(registry, tag="1", **options):
    context = Said(container_image_info, image=f"{registry.host}/group/image:{tag}", **options)
    image = container_image_info.run(context)["image"]
    return image, context


def push(registry, saved, **options):
    context = Said(container_image, name=f"{registry.host}/group/image:1", archive=saved, **options)
    return container_image.run(context), context


def refused(call, *args, **options) -> ServiceError:
    with pytest.raises(EdgeError) as error:
        call(*args, **options)
    return error.value


# -- what is read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", [OCI_MANIFEST, DOCKER_MANIFEST])
def test_a_single_image_tells_its_platform_by_its_configuration(registry, media_type):
    whole = registry.put_image("1", media_type=media_type)
    image, _context = read(registry)
    assert image == {
        "reference": f"{registry.host}/group/image:1",
        "digest": whole,
        "media_type": media_type,
        "id": digest(CONFIG),
        "platforms": [{"os": "linux", "architecture": "arm64", "variant": None, "digest": whole}],
    }


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_an_index_tells_all_platforms_but_no_attestations(registry, media_type):
    entries = [
        {"digest": "sha256:a", "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": "sha256:b", "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        {"digest": "sha256:c", "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    whole = registry.put("1", {"manifests": entries}, media_type)
    image, _context = read(registry)
    assert (image["digest"], image["id"]) == (whole, None)
    assert image["platforms"] == [
        {"os": "linux", "architecture": "amd64", "variant": None, "digest": "sha256:a"},
        {"os": "linux", "architecture": "arm64", "variant": "v8", "digest": "sha256:b"},
    ]
    assert registry.asked == ["GET /v2/group/image/manifests/1"]


def test_an_entry_without_a_platform_is_looked_into(registry):
    inner = registry.put_image("inner")
    registry.put("1", {"manifests": [{"digest": inner}]}, OCI_INDEX)
    image, _context = read(registry)
    assert image["platforms"] == [{"os": "linux", "architecture": "arm64", "variant": None, "digest": inner}]


def test_what_is_not_there_is_none(registry):
    assert read(registry)[0] is None


@pytest.mark.parametrize(
    ("manifest", "media_type", "words"),
    [
        (
            {"config": {"digest": "sha256:a"}},
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            "no container image (appl",
        ),
        ({"layers": []}, OCI_MANIFEST, "no container image"),
        ({"errors": []}, "", "no container image (no type)"),
    ],
)
def test_what_is_no_image_is_told(registry, manifest, media_type, words):
    registry.put("1", manifest, media_type)
    assert words in refused(read, registry).message


# -- who is let in -------------------------------------------------------------------------------------------------


def test_a_token_is_had_by_anybody_or_by_password(registry):
    registry.login = "token"
    registry.put_image("1")
    image, context = read(registry)
    assert image["id"] == digest(CONFIG)
    assert context.secrets == {"repository:group/image:pull"}, "a token is as good as a password"
    assert registry.asked.count("GET /token") == 1
    assert read(registry, username="me", password=PASSWORD)[0] == image


def test_a_token_is_not_sent_to_where_the_registry_keeps_its_data(registry):
    registry.login, registry.redirects = "token", True
    registry.put_image("1")
    assert read(registry)[0]["platforms"][0]["architecture"] == "arm64"
    assert registry.asked[-1].startswith("GET /elsewhere/")


def test_a_password_is_only_sent_when_it_is_asked_for(registry):
    registry.put_image("1")
    assert read(registry, username="me", password=PASSWORD)[0]["id"] == digest(CONFIG)
    registry.login = "password"
    assert read(registry, username="me", password=PASSWORD)[0]["id"] == digest(CONFIG)


@pytest.mark.parametrize("login", ["token", "password"])
def test_a_wrong_password_is_told_apart_from_a_missing_one(registry, login):
    registry.login = login
    error = refused(read, registry, username="me", password="wrong")
    assert error.status == 401
    assert error.message.startswith(f"Could not read image {registry.host}/group/image:1 from its registry: ")
    assert error.message.endswith('(HTTP 401). The password is wrong, or user "me" has no right to do that.')
    assert "wrong" not in error.message.replace("password is wrong", "")


def test_a_missing_password_is_told(registry):
    registry.login = "password"
    assert refused(read, registry).message == (
        f"Could not read image {registry.host}/group/image:1 from its registry: authentication required (HTTP 401). "
        "Give username and password if it is private. Some registries say the same of what is not there."
    )


def test_credentials_in_netrc_are_not_sent(registry, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login other password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    registry.login = "token"
    registry.put_image("1")
    assert read(registry)[0]["id"] == digest(CONFIG)


# -- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_registry_is_given_time(registry, status):
    registry.put_image("1")
    registry.faults = [(status,), (status,)]
    assert read(registry)[0]["id"] == digest(CONFIG)


def test_a_limit_is_told(registry):
    registry.faults = [(429, refusal("TOOMANYREQUESTS", "You have reached your pull rate limit."))] * 4
    error = refused(read, registry)
    assert error.status == 429
    assert error.message.endswith(
        "You have reached your pull rate limit (HTTP 429). The registry limits how often it is asked; "
        "try again later, or log in with username and password."
    )


@pytest.mark.parametrize("answer", [(200, b"<html>"), (404, b"<html>not here"), (404, b"{}"), (200, b"[]")])
def test_what_is_no_registry_is_told(registry, answer):
    registry.faults = [answer]
    assert "from its registry: " in refused(read, registry).message


def test_an_internal_error_is_told_without_its_page(registry):
    registry.faults = [(500, b"<html>long</html>")]
    assert refused(read, registry).message.endswith("Internal Server Error (HTTP 500).")


def test_a_silent_registry_is_told(registry):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Handler, "handle_any", lambda self: threading.Event().wait(3))
        patch.setattr(Handler, "do_GET", lambda self: threading.Event().wait(3))
        error = refused(read, registry, timeout=1)
    assert error.status is None
    assert error.message.endswith("cannot be reached: there is no answer within 1 s.")


def test_nobody_there_is_told():
    error = refused(container_image_info.run, Said(container_image_info, image="127.0.0.1:1/x"))
    assert error.status is None
    assert error.message == (
        "Could not read image 127.0.0.1:1/x:latest from its registry: 127.0.0.1:1 cannot be reached: connection refused."
    )


# -- what is pushed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("login", "options"), [(None, {}), ("token", {"username": "me", "password": PASSWORD})])
def test_an_image_is_pushed_whole_and_its_name_last(registry, saved, login, options):
    registry.login = login
    result, _context = push(registry, saved, diff=True, **options)
    media_type, content = registry.manifests["1"]
    manifest = json.loads(content)
    assert media_type == manifest["mediaType"] == DOCKER_MANIFEST
    assert registry.blobs[manifest["config"]["digest"]] == CONFIG
    assert all(len(registry.blobs[entry["digest"]]) == entry["size"] for entry in manifest["layers"])
    assert registry.asked[-1] == "PUT /v2/group/image/manifests/1"
    assert result == {
        "changed": True,
        "image": {"name": f"{registry.host}/group/image:1", "digest": digest(content), "id": digest(CONFIG)},
        "diff": result["diff"],
    }
    assert (result["diff"]["before"], result["diff"]["after"]) == ({"id": None}, {"id": digest(CONFIG)})
    assert not push(registry, saved, **options)[0]["changed"]


def test_whoever_may_not_push_is_told(registry, saved):
    registry.login = "token"
    error = refused(push, registry, saved)
    assert error.message.startswith(
        f"Could not push image {registry.host}/group/image:1: authentication required (HTTP 401). Give u"
    )


def test_check_mode_pushes_nothing(registry, saved):
    result, _context = push(registry, saved, check_mode=True)
    assert (result["changed"], result["image"]["digest"]) == (True, None)
    assert not [asked for asked in registry.asked if not asked.startswith(("GET", "HEAD"))]


def test_an_index_is_replaced_with_a_warning(registry, saved):
    registry.put("1", {"manifests": []}, OCI_INDEX)
    result, context = push(registry, saved)
    assert result["changed"]
    assert context.warnings == [
        f"{registry.host}/group/image:1 is an index of images for several platforms; one image takes its place."
    ]


def test_a_damaged_archive_is_not_pushed(registry, tmp_path):
    path = tmp_path / "damaged.tar"
    path.write_bytes(saved_before_25(CONFIG, [layer({"bin/app": program("amd64")})]))
    assert "it is not what the image's configuration says" in refused(push, registry, str(path)).message
    assert "1" not in registry.manifests


def test_an_archive_for_several_platforms_is_not_pushed(registry, tmp_path):
    path = tmp_path / "several.tar"
    path.write_bytes(oci((CONFIG, LAYERS), (config("amd64", LAYERS), LAYERS)))
    assert "has several images (for arm64, for amd64). Save the one" in refused(push, registry, str(path)).message


def test_a_digest_cannot_be_chosen(saved):
    context = Said(container_image, name=f"127.0.0.1:1/x@sha256:{hashlib.sha256().hexdigest()}", archive=saved)
    assert "has a digest, which nobody can choose; give a tag." in refused(container_image.run, context).message


# -- what is deleted -----------------------------------------------------------------------------------------------


def test_a_tag_is_taken_away(registry):
    registry.put_image("1")
    gone = Said(container_image, name=f"{registry.host}/group/image:1", state="absent")
    assert container_image.run(gone)["changed"]
    assert "1" not in registry.manifests
    assert container_image.run(gone) == {"changed": False, "image": None}


def test_a_registry_that_deletes_nothing_is_told(registry):
    registry.put_image("1")
    registry.deletes = "nothing"
    gone = Said(container_image, name=f"{registry.host}/group/image:1", state="absent")
    assert refused(container_image.run, gone).message == (
        f"Could not delete {registry.host}/group/image:1 from its registry: The operation is unsupported (HTTP 405). "
        "This registry does not allow that over its API; it may have other means."
    )


def test_a_tag_comes_back_if_its_placeholder_cannot_be_deleted(registry):
    """An old registry that says of a tag that it is no digest, and then refuses to delete by digest."""
    registry.put_image("1", media_type=OCI_MANIFEST)
    before = registry.manifests["1"]
    context = Said(container_image, name=f"{registry.host}/group/image:1", state="absent")
    with pytest.MonkeyPatch.context() as patch:
        serve = Handler.serve_manifest

        def refuse(self, name, body):
            if self.command != "DELETE":
                return serve(self, name, body)
            return self.answer(*((400, refusal("DIGEST_INVALID", "bad")) if name == "1" else (403, refusal("DENIED", "denied"))))

        patch.setattr(Handler, "serve_manifest", refuse)
        assert refused(container_image.run, context).status == 403
    assert registry.manifests["1"] == before
