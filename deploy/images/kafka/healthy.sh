#!/bin/bash
# The health check of Kafka: once with a tool of Kafka's, which needs a second of a whole core, then only whether the
# port is open. Asking for a group that nobody is in makes the broker found what it needs for all groups; without it the
# first stages would complain that there is no coordinator.
set -euo pipefail
if [[ ! -e /tmp/ready ]]; then
  answer=$(/opt/kafka/bin/kafka-consumer-groups.sh --bootstrap-server kafka:9092 --describe --group nobody 2>&1 || true)
  [[ $answer == *GroupIdNotFound* ]]
  touch /tmp/ready
fi
: </dev/tcp/127.0.0.1/9092
