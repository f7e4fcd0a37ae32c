#!/bin/bash
# The health check of MongoDB: it founds the replica set, once, and then only looks whether somebody listens, because
# mongosh needs a second of a whole core.
set -euo pipefail
if [[ ! -e /tmp/primary ]]; then
  mongosh --quiet --eval '
    db.getSiblingDB("admin").auth("collector", process.env.MONGO_PASSWORD)
    try { rs.status() } catch { rs.initiate({_id: "rs0", members: [{_id: 0, host: "mongo:27017"}]}) }
    quit(db.hello().isWritablePrimary ? 0 : 1)'
  touch /tmp/primary
fi
: </dev/tcp/127.0.0.1/27017
