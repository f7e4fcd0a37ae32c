#!/bin/bash
set -euo pipefail
umask 077
# mongod wants a key file where a replica set has a login. Members show it to one another, and this one has no others:
# a fresh key at each start will do, and nobody has to keep it.
openssl rand -base64 48 >/tmp/key
# Without a root user the image cannot set up a replica set. Nobody learns this password: first-start.js makes the user
# that everybody logs in as.
export MONGO_INITDB_ROOT_USERNAME=root MONGO_INITDB_ROOT_PASSWORD
MONGO_INITDB_ROOT_PASSWORD=$(openssl rand -hex 24)
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all "$@"
