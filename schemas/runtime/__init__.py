"""What the shells of all stages share: settings, secrets, logs, Kafka and MongoDB clients. Decisions stay elsewhere."""
