#!/bin/sh
# A worker of Kafka needs a name of its own that it keeps when it comes back: the container's, as Docker gave it.
export WORKER_NAME="${WORKER_NAME:-$(hostname)}"
exec python -m deploy.cli.main "$@"
