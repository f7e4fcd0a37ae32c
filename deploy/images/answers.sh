#!/bin/bash
# A health check without curl or Python: answers.sh PORT PATH succeeds where this machine's PORT answers PATH with 200.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
read -r -t 5 -u 3 _ status _
[[ $status == 200 ]]
