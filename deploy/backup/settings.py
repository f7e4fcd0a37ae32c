"""The environment of a backup and of its restore."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from deploy.backup.box import is_key
from deploy.topics import TopicSettings
from schemas.runtime.settings import MongoSettings, PersonSettings, SecretSettings


def _a_key(key: SecretStr) -> SecretStr:
    if not is_key(key.get_secret_value()):
        raise ValueError("not 32 bytes in URL-safe Base64")
    return key


class BackupSettings(MongoSettings, SecretSettings, PersonSettings):
    """`COLLECTOR_BACKUP_KEY`: seals the files. The two other keys are compared, never written."""

    collector_backup_key: Annotated[SecretStr, AfterValidator(_a_key)]


class RawSettings(BackupSettings, TopicSettings):
    """Where the raw topics are in it too."""
