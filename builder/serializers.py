"""The shape of `/api/status`, for its documentation."""

from typing import Any

from rest_framework import serializers


class KnowledgeSerializer(serializers.Serializer[Any]):
    documents = serializers.IntegerField()
    digest = serializers.CharField()


class ActiveSerializer(serializers.Serializer[Any]):
    slot = serializers.CharField()
    version = serializers.IntegerField()
    digest = serializers.CharField(allow_null=True)
    epoch = serializers.IntegerField()
    coverage = serializers.FloatField(allow_null=True)


class BuildingSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    stage = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    since = serializers.DateTimeField()


class HeldSerializer(serializers.Serializer[Any]):
    by = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class PausedSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    since = serializers.DateTimeField()
    vanished = serializers.IntegerField()


class RejectedFileSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    reason = serializers.CharField()


class DamagedSerializer(serializers.Serializer[Any]):
    """A kept version that can't be activated now, and why."""

    version = serializers.IntegerField()
    reason = serializers.CharField()


class TroubleSerializer(serializers.Serializer[Any]):
    embedder = serializers.CharField()
    error = serializers.CharField()
    since = serializers.DateTimeField()
    next_try = serializers.DateTimeField()


class EmbeddingSerializer(serializers.Serializer[Any]):
    """What is embedded beside the builds, and what keeps it from going on."""

    embedder = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    trouble = TroubleSerializer(allow_null=True)


class StatusSerializer(serializers.Serializer[Any]):
    knowledge = KnowledgeSerializer()
    active = ActiveSerializer(allow_null=True)
    in_sync = serializers.BooleanField()
    building = BuildingSerializer(allow_null=True)
    waiting = serializers.ListField(child=serializers.IntegerField())
    held = HeldSerializer(allow_null=True)
    paused = PausedSerializer(allow_null=True)
    policy = serializers.CharField()
    quarantined = serializers.ListField(child=serializers.CharField())
    rejected_files = RejectedFileSerializer(many=True)
    damaged = DamagedSerializer(many=True)
    embedding = EmbeddingSerializer(allow_null=True)
