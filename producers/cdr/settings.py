"""The poller's environment."""

from schemas.runtime.settings import KafkaSettings, MongoSettings, SecretSettings


class CdrSettings(KafkaSettings, MongoSettings, SecretSettings):
    """Everything that the poller of call records is told from outside; each PABX lies with its instance in MongoDB."""
