"""The poller's environment."""

from schemas.runtime.settings import KafkaSettings, MongoSettings, PersonSettings, SecretSettings


class PollerSettings(KafkaSettings, MongoSettings, SecretSettings, PersonSettings):
    """Everything that the ERP poller is told from outside; the instances themselves live in MongoDB."""
