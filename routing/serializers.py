"""What the control API says and takes."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from routing.models import Activation, Decision, DeploymentVersion, PolicyChange
from routing.versions import LARGEST


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    class Meta:
        model = Decision
        fields = ["kind", "actor", "reason", "door", "decided_at"]
        read_only_fields = fields


class ListedVersionSerializer(serializers.ModelSerializer[DeploymentVersion]):
    """A version among others: its checks without the answers behind them."""

    slot = serializers.ChoiceField(choices=["v1", "v2"], allow_null=True, read_only=True)
    coverage = serializers.FloatField(read_only=True)
    activatable = serializers.BooleanField(source="is_activatable", read_only=True)
    gate = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = DeploymentVersion
        fields = [
            "number", "state", "slot", "activatable", "digest", "fingerprint", "parent",
            "documents", "chunks", "embedded", "coverage", "changes", "gate", "trigger", "actor",
            "reason", "pinned", "damage", "created_at", "built_at", "build_seconds",
            "embedding_seconds", "activated_at", "retired_at", "collected_at", "url",
        ]  # fmt: skip
        read_only_fields = fields

    def get_gate(self, version: DeploymentVersion) -> dict[str, Any]:
        report: dict[str, Any] = version.gate
        if not isinstance(report.get("checks"), list):
            return report
        brief = [{k: v for k, v in check.items() if k != "cases"} for check in report["checks"]]
        return {**report, "checks": brief}

    def get_url(self, version: DeploymentVersion) -> str:
        return reverse("version", args=[version.number])


class VersionSerializer(ListedVersionSerializer):
    """A version with all that is known of it."""

    gate = serializers.JSONField(read_only=True)  # type: ignore[assignment]
    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta(ListedVersionSerializer.Meta):
        fields = [*ListedVersionSerializer.Meta.fields, "comparison", "decisions"]
        read_only_fields = fields


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


class ReasonSerializer(serializers.Serializer[Any]):
    """Why; blank is refused where the decision is made."""

    reason = serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=2000, default=""
    )

    def validate_reason(self, value: str | None) -> str:
        return value or ""


class EpochSerializer(serializers.Serializer[Any]):
    """What the caller saw active, where that matters to them."""

    epoch = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LARGEST, default=None,
        help_text="Refuse with 409 when the active epoch is another by now.",
    )  # fmt: skip


class WishSerializer(EpochSerializer, ReasonSerializer):
    """What a call to switch may carry besides its target."""

    quarantine = serializers.ListField(
        child=serializers.CharField(max_length=1000, trim_whitespace=False),
        required=False, allow_null=True, max_length=10_000, default=list,
        help_text="Roll back, and keep these documents as they were until they are released.",
    )  # fmt: skip
    lexical = serializers.BooleanField(
        required=False, default=False,
        help_text="Also when the version's embedder is gone: it answers by words alone then.",
    )  # fmt: skip

    def validate_quarantine(self, value: list[str] | None) -> list[str]:
        return value or []


class OverridableWishSerializer(WishSerializer):
    override = serializers.BooleanField(
        required=False, default=False,
        help_text="Activate also what was rejected. Needs a right of its own, and a reason.",
    )  # fmt: skip


class PolicySerializer(serializers.Serializer[Any]):
    """Who sends proved versions to the traffic; without `changed_by` the setting says so."""

    policy = serializers.ChoiceField(choices=PolicyChange.Policy.values)
    changed_by = serializers.CharField(allow_null=True)
    door = serializers.CharField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class PolicyWishSerializer(ReasonSerializer):
    policy = serializers.ChoiceField(choices=PolicyChange.Policy.values)


class ResumedSerializer(serializers.Serializer[Any]):
    held = serializers.JSONField(
        allow_null=True, help_text="Always null: nothing is held afterwards."
    )
