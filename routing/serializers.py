"""What the control API says and takes."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from routing.models import Activation, DeploymentVersion
from routing.versions import LARGEST


class VersionSerializer(serializers.ModelSerializer[DeploymentVersion]):
    slot = serializers.ChoiceField(choices=["v1", "v2"], allow_null=True, read_only=True)
    coverage = serializers.FloatField(read_only=True)
    activatable = serializers.BooleanField(source="is_activatable", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = DeploymentVersion
        fields = [
            "number", "state", "slot", "activatable", "digest", "fingerprint", "parent",
            "documents", "chunks", "embedded", "coverage", "changes", "gate", "trigger", "actor",
            "reason", "created_at", "built_at", "build_seconds", "embedding_seconds",
            "activated_at", "retired_at", "collected_at", "url",
        ]  # fmt: skip
        read_only_fields = fields

    def get_url(self, version: DeploymentVersion) -> str:
        return reverse("version", args=[version.number])


class ActivationSerializer(serializers.ModelSerializer[Activation]):
    version = serializers.IntegerField(source="version_id", read_only=True)
    previous = serializers.IntegerField(source="previous_id", read_only=True, allow_null=True)

    class Meta:
        model = Activation
        fields = [
            "epoch", "version", "slot", "kind", "previous", "actor", "reason", "door",
            "activated_at",
        ]  # fmt: skip
        read_only_fields = fields


class SwitchedSerializer(ActivationSerializer):
    """What a switch answers: `active` names the slot that has the traffic."""

    active = serializers.CharField(source="slot", read_only=True)

    class Meta(ActivationSerializer.Meta):
        fields = ["active", *ActivationSerializer.Meta.fields]
        read_only_fields = fields


class WishSerializer(serializers.Serializer[Any]):
    """What a call to switch may carry besides its target."""

    reason = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=2000, default=""
    )
    epoch = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LARGEST, default=None,
        help_text="Refuse with 409 when the active epoch is another by now.",
    )  # fmt: skip

    def validate_reason(self, value: str | None) -> str:
        return value or ""


class ResumedSerializer(serializers.Serializer[Any]):
    held = serializers.JSONField(
        allow_null=True, help_text="Always null: nothing is held afterwards."
    )
