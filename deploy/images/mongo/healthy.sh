#!/bin/bash
# The health check of MongoDB: until it succeeds once, user.js sees to the replica set and the user; then it only looks
# whether somebody listens, because mongosh needs a second of a whole core.
set -euo pipefail
if [[ ! -e /tmp/primary ]]; then
  mongosh --quiet --nodb --eval 'db = connect("mongodb://127.0.0.1:27017/?directConnection=true")' "$(dirname "$0")/user.js"
  if [[ -e /data/db/first-start ]]; then
    rm /data/db/first-start
    sync /data/db # a loss of power must not bring it back: what comes now is of worth
  fi
  touch /tmp/primary
fi
: </dev/tcp/127.0.0.1/27017
