#!/bin/sh
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Uses Docker in the session of a user. Parameters: GROUP GID SOCKET IMAGE [COMMAND ...]; IMAGE may be empty.
# Prints `docker_group: ` and in a sentence or two what it has found. Fails if this user cannot run Docker.

user=$(id -un) group=$1 gid=$2 socket=$3 image=$4
shift 4

proven() {
    printf 'docker_group: %s\n' "$1"
    exit 0
}

# The cause, what was said, and what to do about it.
refuted() {
    printf 'docker_group: %s cannot run Docker: %s (%s). %s\n' "$user" "$1" "$(echo "$2" | grep . | tr '\n' ' ' | sed 's/ $//')" "$3"
    exit 1
}

command -v docker >/dev/null ||
    refuted "there is no docker command in the path" "$PATH" "Install Docker, or have this role do it with docker_group_install."

case " $(id -G) " in
    *" $gid "*) ;;
    *)
        refuted "the group $group is not among those of a fresh session" "$(id -Gn)" \
            "See with getent group and id which service of /etc/nsswitch.conf tells the groups, and whether it remembers old ones."
        ;;
esac

# The socket that the group opens, whatever else this user's docker speaks to.
if ! version=$(docker --host "unix://$socket" version --format '{{.Server.Version}}' 2>&1); then
    case $version in
        *"permission denied"*)
            refuted "the socket $socket is not open to the group $group" "$(stat --dereference --format '%G, mode %a' "$socket")" \
                "See whether /etc/docker/daemon.json has a group, and docker.socket another SocketGroup or SocketMode."
            ;;
        *)
            refuted "the daemon does not answer at $socket" "$version" \
                "See why with systemctl status docker, and start it; or give the socket that it has as docker_group_socket."
            ;;
    esac
fi

endpoint=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>&1)
if [ "$(readlink -f "${endpoint#unix://}")" != "$(readlink -f "$socket")" ]; then
    if docker version >/dev/null 2>&1; then
        proven "WARNING: $user can use $socket, but its docker speaks to $endpoint instead, by DOCKER_HOST or docker context."
    fi
    case $endpoint in
        unix:///run/user/*)
            refuted "its docker speaks to a rootless daemon of its own, which does not answer and knows no group" "$endpoint" \
                "Start that with systemctl --user start docker; or take DOCKER_HOST out of its profile and docker context use default."
            ;;
        *)
            refuted "its docker speaks to another daemon, which does not answer" "$endpoint" \
                "Take DOCKER_HOST out of its profile, or go back with docker context use default."
            ;;
    esac
fi

[ -n "$image" ] || proven "The daemon answers $user, with version $version."
docker image inspect "$image" >/dev/null 2>&1 ||
    proven "The daemon answers $user, with version $version. No container was run, as there is no image $image."

name=chi-edge-docker-group-$$
said=$(timeout 60 docker run --rm --name "$name" "$image" "$@" </dev/null 2>&1)
case $? in
    0) proven "$user has run a container of $image." ;;
    124)
        docker rm --force "$name" >/dev/null
        refuted "a container of $image did not end within a minute, and was removed" "$said" \
            "Give it something to do that ends, with docker_group_command."
        ;;
    *) refuted "the daemon does not run a container of $image" "$said" "Try it as this user with docker run --rm $image." ;;
esac
