#!/bin/bash
# The health check of a stage, which touches ALIVE_FILE while all its loops turn and its peers answer. A process that was
# stopped (SIGSTOP) cannot end itself: its watchdog stands still with it. So it is killed here, and `restart` does the rest.
set -euo pipefail
proc=${1:-/proc}
[[ -z $(find "$ALIVE_FILE" -mmin -1) ]] || exit 0
grep -ls $'^State:\tT' "$proc"/[0-9]*/status | while read -r status; do
  pid=$(basename "$(dirname "$status")")
  echo "process $pid was stopped (SIGSTOP) and is ended, to be started again" >>"$proc/1/fd/2" || :
  kill -KILL "$pid"
done
exit 1
