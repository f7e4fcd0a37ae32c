"""What a wrong MONGO_URI says. Nothing is contacted."""

import pytest

from schemas.errors import StopWorker
from schemas.runtime import mongo
from schemas.runtime.settings import MongoSettings


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://collector:hunter2@",
        "mongodb://collector:hunter2@127.0.0.1:70000",
        "mongodb://collector:hunter2@127.0.0.1:port",
        "mongodb://collector:hunter2@other@127.0.0.1",
    ],
)
async def test_a_uri_that_is_none_is_one_line_without_its_password(uri: str) -> None:
    with pytest.raises(StopWorker, match=r"^MONGO_URI is wrong \(\w+\): set it to a URI such as mongodb://") as caught:
        mongo.connect(MongoSettings(mongo_uri=uri))

    assert "hunter2" not in str(caught.value)


async def test_times_come_back_aware() -> None:
    """Views compare them with an aware `now`."""
    database = mongo.connect(MongoSettings(mongo_uri="mongodb://127.0.0.1:1", mongo_database="elsewhere"))

    assert (database.name, database.codec_options.tz_aware) == ("elsewhere", True)
    await database.client.close()
