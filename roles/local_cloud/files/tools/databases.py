# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make and migrate the databases of a local cloud.

    databases.py DIRECTORY prepare                                   MariaDB's own data folder, before its first start
    databases.py DIRECTORY migrate --auth-url URL --region NAME      a database and a user for every service, and the schemas

Prints what it changed as JSON. Migrations log to log/migrate-SERVICE.log.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pymysql

# Seconds that the server may take for its first answer.
SERVER_TIMEOUT = 60

# The commands of each service in their order; {etc} is the folder of the configuration.
MIGRATIONS = {
    "keystone": [
        "keystone-manage --config-file {etc}/keystone.conf fernet_setup --keystone-user root --keystone-group root",
        "keystone-manage --config-file {etc}/keystone.conf credential_setup --keystone-user root --keystone-group root",
        "keystone-manage --config-file {etc}/keystone.conf db_sync",
        "keystone-manage --config-file {etc}/keystone.conf bootstrap",
    ],
    "neutron": ["neutron-db-manage --config-file {etc}/neutron.conf upgrade head"],
    "glance": ["glance-manage --config-file {etc}/glance.conf db_sync"],
    "placement": ["placement-manage --config-file {etc}/placement.conf db sync"],
    "zun": ["zun-db-manage --config-file {etc}/zun.conf upgrade"],
    "blazar": ["blazar-db-manage --config-file {etc}/blazar.conf upgrade head"],
}


class Databases:
    """The private MariaDB below one directory."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.etc = directory / "etc"
        self.marker = directory / "var" / "schemas"

    def prepare(self) -> dict:
        """Make MariaDB's data folder. It gets its name last, so that a broken attempt is never taken for one."""
        data = self.directory / "var" / "mariadb"
        if data.exists():
            return {"changed": False}
        attempt = data.with_name("mariadb.new")
        shutil.rmtree(attempt, ignore_errors=True)
        command = [
            "mariadb-install-db",
            f"--defaults-file={self.etc}/mariadb.cnf",
            f"--datadir={attempt}",
            "--user=root",
            "--auth-root-authentication-method=socket",
            "--skip-test-db",
        ]
        run(command, self.directory / "log" / "install-mariadb.log", os.environ)
        attempt.rename(data)
        return {"changed": True}

    def migrate(self, bootstrap: dict[str, str]) -> dict:
        """Bring every schema to the installed releases, unless the marker says that this set has been seen to."""
        release = hashlib.sha256((self.etc / "requirements.txt").read_bytes()).hexdigest()
        if self.marker.exists() and self.marker.read_text() == release:
            return {"changed": False}
        self.create()
        environment = {**os.environ, **bootstrap, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}
        with concurrent.futures.ThreadPoolExecutor() as pool:
            # a list, so that what one of them raises is raised here
            list(pool.map(lambda service: self.upgrade(service, environment), MIGRATIONS))
        self.marker.write_text(release)
        return {"changed": True}

    def create(self) -> None:
        passwords = json.loads((self.etc / "passwords.json").read_text())
        with self.connect() as connection, connection.cursor() as cursor:
            for service in MIGRATIONS:
                account = f"'{service}'@'127.0.0.1'"
                cursor.execute(f"CREATE DATABASE IF NOT EXISTS {service} CHARACTER SET utf8mb4")
                cursor.execute(f"CREATE OR REPLACE USER {account} IDENTIFIED BY %s", (passwords[f"database_{service}"],))
                cursor.execute(f"GRANT ALL ON {service}.* TO {account}")

    def connect(self) -> pymysql.Connection:
        deadline = time.monotonic() + SERVER_TIMEOUT
        while True:
            try:
                return pymysql.connect(unix_socket=str(self.directory / "run" / "mariadb.sock"), user="root")
            except pymysql.OperationalError as error:
                if time.monotonic() > deadline:
                    raise SystemExit(f"MariaDB does not answer: {error}. See {self.directory}/log/mariadb.log.") from error
                time.sleep(0.2)

    def upgrade(self, service: str, environment: dict[str, str]) -> None:
        log = self.directory / "log" / f"migrate-{service}.log"
        for command in MIGRATIONS[service]:
            run(command.format(etc=self.etc).split(), log, environment)


def run(command: list[str], log: pathlib.Path, environment) -> None:
    """Run a command with its output in a log, whose end becomes the error if it fails."""
    with log.open("a+", encoding="utf-8") as stream:
        if subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, env=environment, check=False).returncode:
            stream.seek(0)
            tail = "".join(stream.readlines()[-10:])
            raise SystemExit(f"`{' '.join(command)}` failed. The end of {log}:\n{tail}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("action", choices=("prepare", "migrate"))
    parser.add_argument("--auth-url")
    parser.add_argument("--region")
    arguments = parser.parse_args()
    databases = Databases(arguments.directory)
    if arguments.action == "prepare":
        result = databases.prepare()
    else:
        passwords = json.loads((databases.etc / "passwords.json").read_text())
        bootstrap = {
            "OS_BOOTSTRAP_PASSWORD": passwords["user_admin"],
            "OS_BOOTSTRAP_REGION_ID": arguments.region,
            **{f"OS_BOOTSTRAP_{kind}_URL": arguments.auth_url for kind in ("ADMIN", "INTERNAL", "PUBLIC")},
        }
        result = databases.migrate(bootstrap)
    print(json.dumps(result))


main()
