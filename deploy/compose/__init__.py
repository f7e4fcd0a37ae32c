"""Docker Compose: the provider of its profile `demo`, and the test of the whole file (`python -m deploy.compose`)."""
