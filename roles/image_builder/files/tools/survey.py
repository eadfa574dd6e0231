# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the building host and change nothing.

Reads the plan of an image on stdin, prints what it found as JSON: `objections` are the reasons not to go on, `notes` what the
user should know, the rest is what the build has to go by. What can be tried is tried: a loop device, a namespace, a foreign
program. The host gets it through `python -c`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

# Debian's name of an architecture by the kernel's; what runs programs of a foreign one, and what mmdebstrap tries that with.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
EMULATOR, TESTER = "qemu-user-static", "arch-test"
# What one distribution needs to trust the packages of the other: a file, and the package that brings it.
KEYRINGS = {
    "debian": ("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"),
    "ubuntu": ("/usr/share/keyrings/ubuntu-archive-keyring.gpg", "ubuntu-keyring"),
}

# For each architecture the machine's number in the ELF header, and a program that does nothing but end well.
NOTHING = {
    "amd64": (62, bytes.fromhex("6a3c58 31ff 0f05")),
    "arm64": (183, bytes.fromhex("000080d2 a80b80d2 010000d4")),
}


def run(*command: str) -> bool:
    """Whether a command ends well."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def output(*command: str) -> str:
    """What a command prints; nothing if it cannot be run."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


# -- what the host is ----------------------------------------------------------------------------------------------------------


def host_release() -> tuple[str, str]:
    """Its distribution, and the codename of its release."""
    text = pathlib.Path("/etc/os-release").read_text()
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)', text, re.MULTILINE))
    return fields.get("ID", ""), fields.get("VERSION_CODENAME", "")


def missing_packages(names: list[str]) -> list[str]:
    listing = output("dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names)
    installed = {line.split()[0] for line in listing.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def runs_programs_of(arch: str) -> bool:
    """Whether the kernel runs programs of this architecture, its own or through an emulator: one is tried."""
    machine, code = NOTHING[arch]
    begin, headers = 0x400000, 64 + 56
    length = headers + len(code)
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, begin + headers, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, begin, begin, length, length, 0x1000)
    # not in /tmp, where some hosts let nothing run
    with tempfile.TemporaryDirectory(dir=pathlib.Path.home()) as folder:
        program = pathlib.Path(folder, "nothing")
        program.write_bytes(header + segment + code)
        program.chmod(0o755)
        return run(str(program))


def can_mount() -> bool:
    return run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "true")


@contextlib.contextmanager
def loop_device(content: bytes):
    """A loop device with this content while it is needed, None if there can be none."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        device = output("losetup", "--find", "--show", file.name)
        try:
            yield device or None
        finally:
            if device:
                run("losetup", "--detach", device)


def has_device_mapper() -> bool:
    """Its node may be there without it."""
    try:
        os.close(os.open("/dev/mapper/control", os.O_RDWR))
    except OSError:
        return False
    return True


def one_partition() -> bytes:
    """A disk of a MiB, with an MBR that says that half of it is a partition."""
    entry = bytes([0, 0, 0, 0, 0x83, 0, 0, 0]) + (1024).to_bytes(4, "little") + (1024).to_bytes(4, "little")
    return (bytes(446) + entry + bytes(48) + b"\x55\xaa").ljust(2**20, b"\0")


def kernel_partitions(device: str) -> bool:
    """Whether the kernel can be told of the partitions of a loop device, and shows them."""
    if not run("partx", "--add", device):
        return False
    seen = os.path.exists(f"{device}p1")
    run("partx", "--delete", device)
    return seen


def has_vfat() -> bool:
    known = pathlib.Path("/proc/filesystems").read_text().split()
    return "vfat" in known or run("modprobe", "--dry-run", "--quiet", "vfat")


def free_memory() -> float:
    """In GiB."""
    match = re.search(r"^MemAvailable: +(\d+) kB", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(match[1]) / 2**20 if match else 0


def free_space(directory: pathlib.Path) -> float:
    """In GiB, where the directory is or will be."""
    place = next(folder for folder in (directory, *directory.parents) if folder.exists())
    return shutil.disk_usage(place).free / 2**30


# -- where packages come from --------------------------------------------------------------------------------------------------


def apt_mirrors(distribution: str) -> dict[str, str]:
    """The host's own mirrors of its distribution, by the codenames of what they offer, as apt tells; none with a password."""
    question = [
        "indextargets",
        "--format",
        "$(CODENAME) $(REPO_URI)",
        "Created-By: Packages",
        f"Origin: {distribution.capitalize()}",
    ]
    targets = output("apt-get", *question)
    if not targets:  # apt has not been asked for its lists yet, and its answer need not be kept
        with tempfile.TemporaryDirectory() as lists:
            place = f"Dir::State::Lists={lists}"
            run("apt-get", "--option", place, "update")
            targets = output("apt-get", "--option", place, *question)
    found: dict[str, str] = {}
    for codename, _space, address in (line.partition(" ") for line in targets.splitlines()):
        if address.startswith("http") and "@" not in address:
            found.setdefault(codename, address.rstrip("/"))
    return found


def mirrors(plan: dict, public: list[str]) -> tuple[str, str]:
    """The mirror and the one for security updates: what the user says, what the host itself uses, the distribution's own."""
    distribution, codename = host_release()
    # Ubuntu keeps what is for arm64 apart from what is for amd64.
    is_shared = distribution == "debian" or plan["arch"] == ARCHITECTURES.get(platform.machine())
    used = apt_mirrors(distribution) if distribution == plan["distribution"] and is_shared else {}
    main = plan["mirror"] or used.get(codename) or public[0]
    return main, plan["security_mirror"] or used.get(f"{codename}-security") or public[1]


def unfit_mirror(address: str, suite: str, arch: str, option: str) -> list[str]:
    """Why packages cannot come from there."""
    url = f"{address}/dists/{suite}/Release"
    hint = f"Name another one with {option}."
    try:
        # the plan takes nothing but http and https
        with urllib.request.urlopen(url, timeout=30) as answer:  # nosec B310
            text = answer.read(4096).decode(errors="replace")
    except urllib.error.HTTPError as error:
        return [f"The mirror {address} does not offer {suite}: {url} answers {error.code} {error.reason}. {hint}"]
    except OSError as error:
        return [f"The mirror {address} does not answer: {getattr(error, 'reason', error)}. {hint}"]
    offered = re.search(r"^Architectures:(.*)$", text, re.MULTILINE)
    if offered and arch not in offered[1].split():
        return [f"The mirror {address} offers {suite} for{offered[1]}, and not for {arch}. {hint}"]
    return []


# -- what can be built ---------------------------------------------------------------------------------------------------------


def layout(plan: dict, found: dict) -> None:
    """Choose how the disk is laid out, and note why, or why not."""
    with loop_device(one_partition()) as device:
        if device is None:
            found["objections"].append(
                "This host gives no loop devices, in which diskimage-builder makes every file system: "
                "build on a machine of its own, or give the container /dev/loop-control, /dev/loop* and the right to use them."
            )
            return
        if not plan["is_disk"]:
            return
        mapper = has_device_mapper()
        partitions = mapper or kernel_partitions(device)
    vfat = has_vfat()
    can = {"efi": partitions and vfat, "bios": partitions, "filesystem": True}
    found["layout"] = next((name for name in plan["layouts"] if can[name]), None)
    lacks = [] if partitions else ["can neither map partitions (no device-mapper) nor show those of a loop device (partx)"]
    lacks += [] if vfat else ["has no vfat, in which UEFI looks for its boot loader"]
    if found["layout"] is None:
        found["objections"].append(
            f"The kernel of this host {' and '.join(lacks)}: a disk with the layout {' or '.join(plan['layouts'])} cannot be "
            "made here. What can be made is image_builder_layout filesystem (one file system, its kernel and initrd beside it), "
            "or image_builder_type tar or docker."
        )
    elif found["layout"] != plan["layouts"][0]:
        found["notes"].append(
            f"The kernel of this host {' and '.join(lacks)}. The disk gets the layout {found['layout']} and not "
            f"{plan['layouts'][0]}: it boots by BIOS only."
        )
    if found["layout"] in ("efi", "bios") and not mapper:
        found["stand_in"] = True
        found["notes"].append("The kernel of this host has no device-mapper; the partitions are made without it, by partx.")


def earlier(build: pathlib.Path) -> dict | None:
    """What an earlier build has left here, if its file is still as it was."""
    try:
        result = json.loads((build / "result.json").read_text())
        with open(result["file"], "rb") as file:
            digest = hashlib.sha256()
            while block := file.read(2**20):
                digest.update(block)
    except (OSError, ValueError, KeyError):
        return None
    return result if digest.hexdigest() == result["sha256"] else None


def objections(plan: dict, directory: pathlib.Path) -> list[str]:
    """Why nothing can be built on this host, or not now."""
    found = []
    if not shutil.which("dpkg-query"):
        found.append("This host is neither Debian nor Ubuntu, whose packages the build needs.")
    if os.geteuid() != 0:
        found.append("The build mounts file systems, and needs the rights of root: allow become, or run the playbook as root.")
    elif not can_mount():
        found.append("This host gives no mount namespaces (unshare fails): a container needs the capability SYS_ADMIN for that.")
    space = free_space(directory)
    if space < plan["space"]:
        found.append(
            f"{directory} has {space:.1f} GiB of free space, and the build needs about {plan['space']}: "
            "make room, or choose another place with image_builder_directory."
        )
    return found


def main() -> None:
    question = json.loads(sys.stdin.read())
    plan, directory = question["plan"], pathlib.Path(question["directory"])
    foreign = ARCHITECTURES.get(platform.machine()) != plan["arch"]
    found: dict = {"notes": [], "layout": None, "stand_in": False, "tmpfs": free_memory() >= 2 * plan["space"]}
    found["objections"] = objections(plan, directory)
    keys, keyring = KEYRINGS[plan["distribution"]]
    needed = plan["host_packages"] + ([] if os.path.exists(keys) else [keyring]) + ([TESTER] if foreign else [])
    if keyring in needed and not output("apt-cache", "show", keyring):
        found["objections"].append(
            f"This host has no keys for the packages of {plan['distribution'].capitalize()}, nor a package {keyring} with them: "
            f"build on a host that has, or put them into {keys}."
        )
    emulated = foreign and not runs_programs_of(plan["arch"])
    found["packages"] = missing_packages(needed) + (missing_packages([EMULATOR]) if emulated else [])
    if emulated and EMULATOR not in found["packages"]:
        found["objections"].append(
            f"This host cannot run programs for {plan['arch']}, though {EMULATOR} is installed: its kernel has no handler for "
            "them. Mount /proc/sys/fs/binfmt_misc and restart systemd-binfmt, or build on such a machine."
        )
    elif foreign:
        found["notes"].append(f"Programs for {plan['arch']} are emulated here, which takes five to ten times as long.")
    if not found["objections"]:
        layout(plan, found)
    found["mirror"], found["security_mirror"] = mirrors(plan, plan["public_mirrors"])
    found["objections"] += unfit_mirror(found["mirror"], plan["release"], plan["arch"], "image_builder_mirror")
    if plan["distribution"] == "debian":
        suite = f"{plan['release']}-security"
        found["objections"] += unfit_mirror(found["security_mirror"], suite, plan["arch"], "image_builder_security_mirror")
    build = directory / "builds" / plan["name"]
    found["earlier"] = earlier(build)
    marker = directory / "venv" / "version"
    found["installed"] = marker.read_text().strip() if marker.exists() else None
    print(json.dumps(found))


if __name__ == "__main__":
    main()
