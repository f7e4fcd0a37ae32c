"""What an operator looks at before something fails: disk, clock, secrets, topics, replica set, certificates, backups."""
