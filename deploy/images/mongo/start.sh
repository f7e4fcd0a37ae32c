#!/bin/bash
# mongod wants a key file where a replica set has a login. Members show it to one another, and this one has no others:
# a fresh key at each start will do, and nobody has to keep it.
set -euo pipefail
umask 077
openssl rand -base64 48 >/tmp/key
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all "$@"
