# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS for the tests: an authority of their own, and fronts that speak TLS before services that do not."""

from __future__ import annotations

import socket
import subprocess
import time
import typing as t
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


class Certificate(t.NamedTuple):
    """The paths of a certificate, of its key, and of the authority's certificate that it is verified with."""

    path: str
    key: str
    authority: str


def certify(directory: Path, host: str = "localhost") -> Certificate:
    """A certificate for this host, by an authority that nobody knows."""
    directory.mkdir(exist_ok=True)
    authority, its_key = directory / "authority.pem", directory / "authority.key"
    path, key = directory / "certificate.pem", directory / "certificate.key"
    signed = ("-CA", str(authority), "-CAkey", str(its_key), "-addext", "basicConstraints=critical,CA:FALSE")
    _request(authority, its_key, "/CN=an authority of the tests")
    _request(path, key, f"/CN={host}", *signed, "-addext", f"subjectAltName=DNS:{host}")
    return Certificate(str(path), str(key), str(authority))


def _request(path: Path, key: Path, subject: str, *more: str) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", *_KEY, "-subj", subject, *more, "-keyout", str(key), "-out", str(path)],
        check=True,
        capture_output=True,
    )


@contextmanager
def fronts(certificate: Certificate, ports: t.Iterable[int]) -> Iterator[dict[int, int]]:
    """Fronts before services on loopback. :returns: their ports by those of the services."""
    with ExitStack() as stack:
        yield {port: stack.enter_context(_front(certificate, port)) for port in ports}


@contextmanager
def _front(certificate: Certificate, port: int) -> Iterator[int]:
    ours = _free_port()
    listen = f"OPENSSL-LISTEN:{ours},bind=127.0.0.1,reuseaddr,fork,cert={certificate.path},key={certificate.key},verify=0"
    process = subprocess.Popen(["socat", listen, f"TCP:127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(ours)
        yield ours
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
