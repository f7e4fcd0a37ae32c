"""What a group's leader knows of its topics when it shares out their partitions.

Just after a broker came back its metadata may lack a topic for a moment. Whoever shares out then gives nobody that topic,
and aiokafka, which asks again when the metadata change, loses that question while the group is still joining: the group
stood still for ever and looked healthy. The topics are ours, their partitions never change: what the metadata lack is known.
"""

from typing import Any

from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from schemas.topics import TOPICS

PARTITIONS = {topic.name: topic.partitions for topic in TOPICS}


class Known:
    """A cluster's metadata, with what we know ourselves of topics that they lack."""

    def __init__(self, cluster: Any) -> None:  # noqa: ANN401 - aiokafka ships no types
        self._cluster = cluster

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        """All partitions; None of a topic that neither the broker nor we know."""
        found: set[int] | None = self._cluster.partitions_for_topic(topic)
        return found or set(range(PARTITIONS.get(topic, 0))) or None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the cluster has
        return getattr(self._cluster, name)


class RoundRobin(RoundRobinPartitionAssignor):  # type: ignore[misc]  # aiokafka ships no types
    """aiokafka's usual one, over every partition."""

    @classmethod
    def assign(cls, cluster: Any, members: Any) -> Any:  # noqa: ANN401 - aiokafka's own signature
        return super().assign(Known(cluster), members)
