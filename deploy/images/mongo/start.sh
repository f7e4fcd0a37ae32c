#!/bin/bash
# MongoDB without the image's own start, which makes users once, on an empty volume: cut in the middle it never makes them.
set -euo pipefail
umask 077
data=/data/db
begun=$data/first-start # there until healthy.sh has seen a primary with a user: before that nobody has written
if [[ -e $begun ]]; then
  echo "the first start was cut: it begins anew" # a storage engine that was killed making its first files may never open again
  find "$data" -mindepth 1 -delete
fi
if [[ -z $(ls -A "$data") ]]; then
  touch "$begun"
fi
# mongod wants a key file where a replica set has a login. Members show it to one another, and this one has no others:
# a fresh key at each start will do, and nobody has to keep it.
openssl rand -base64 48 >/tmp/key
exec mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all "$@"
