#!/bin/bash
# Kafka without the image's own start, which writes configuration and logs among the image's files.
set -euo pipefail
here=$(dirname "$0")
kafka=/opt/kafka/bin
export LOG_DIR=/tmp
export KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=$here/log4j2.properties"
export EXTRA_ARGS='-name kafkaServer' # Kafka's default would keep up to 1 GB of files about garbage collection
if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
  "$kafka/kafka-storage.sh" format --cluster-id "$("$kafka/kafka-storage.sh" random-uuid)" --config "$here/server.properties"
fi
# Nobody restarts a broker that is only unhealthy: one without memory must end.
export KAFKA_OPTS=-XX:+ExitOnOutOfMemoryError
export KAFKA_HEAP_OPTS="-Xms$KAFKA_HEAP -Xmx$KAFKA_HEAP"
exec "$kafka/kafka-server-start.sh" "$here/server.properties"
