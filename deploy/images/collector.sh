#!/bin/sh
# A worker of Kafka needs a name of its own that it keeps when it comes back: the container's, as Docker gave it. What is
# started in there beside it (`docker compose exec`) is no child of the container's init and gets another.
if [ "$PPID" = 1 ]; then export WORKER_NAME="${WORKER_NAME:-$(hostname)}"; fi
exec python -m deploy.cli.main "$@"
