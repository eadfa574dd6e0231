#!/bin/sh
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Looks how the services of a compose project are. Parameter: PROJECT.
# Prints a line for each container: `good`, `waiting` or `failed`, its id, its service, and what it is like.

# How long a container without a health check must have run to be called good, and how often it may have been started again.
enough_seconds=5
enough_restarts=3

ids=$(docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$1" --filter label=com.docker.compose.oneoff=False) || exit
[ -n "$ids" ] || exit 0

format='{{.ID}} {{index .Config.Labels "com.docker.compose.service"}} {{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}'
format="$format {{.State.StartedAt}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
# shellcheck disable=SC2086 # an id has no blanks
states=$(docker inspect --format "$format" $ids) || exit

echo "$states" |
    while read -r id service state code restarts started health; do
        case "$state $health" in
            "running healthy") word="good" like="healthy" ;;
            "running unhealthy") word="failed" like="unhealthy" ;;
            "running starting") word="waiting" like="not healthy yet" ;;
            "running ")
                word="good" like="running, without a health check"
                [ $(($(date +%s) - $(date --date "$started" +%s))) -ge $enough_seconds ] || word="waiting" like="running for some seconds only"
                ;;
            "exited "*)
                word="good" like="ended"
                [ "$code" -eq 0 ] || word="failed" like="ended with exit code $code"
                ;;
            "restarting "*)
                word="waiting" like="started again $restarts times, ended with exit code $code"
                [ "$restarts" -lt $enough_restarts ] || word="failed"
                ;;
            "created "*) word="waiting" like="not started yet" ;;
            *) word="failed" like="$state" ;;
        esac
        echo "$word $id $service $like"
    done
