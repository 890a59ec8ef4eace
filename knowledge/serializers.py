"""The shapes of the documents API."""

from typing import Any

from rest_framework import serializers

from knowledge.models import Door, Revision

LARGEST_NUMBER = 2**31 - 1


class ExactText(serializers.CharField):
    """A JSON string, taken as it is: not trimmed, and no number made into one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Not a string.")
        return super().to_internal_value(data)


class DocumentSerializer(serializers.ModelSerializer[Revision]):
    """A document in a list: its live revision without the text."""

    path = serializers.CharField()
    revision = serializers.IntegerField(source="number")

    class Meta:
        model = Revision
        fields = ["path", "title", "revision", "sha256"]


class DocumentTextSerializer(DocumentSerializer):
    door = serializers.ChoiceField(choices=Door.values)

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "body", "saved_by", "saved_at", "door"]


class RevisionSerializer(DocumentSerializer):
    """A revision in a document's history."""

    door = serializers.ChoiceField(choices=Door.values)

    class Meta(DocumentSerializer.Meta):
        fields = [
            *DocumentSerializer.Meta.fields,
            "saved_by",
            "saved_at",
            "door",
            "deleted",
            "conflict",
        ]


class HistorySerializer(serializers.Serializer[Any]):
    """A page of a document's history."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    results = RevisionSerializer(many=True)


class SaveSerializer(serializers.Serializer[Any]):
    body = ExactText()
    revision = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_NUMBER,
        help_text="The revision that you started from (0: none); 409 when another is live.",
    )


class ExpectedSerializer(serializers.Serializer[Any]):
    """The query of a deletion."""

    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_NUMBER,
        help_text="The revision that you mean to delete; 409 when another is live.",
    )


class MoveSerializer(ExpectedSerializer):
    path = serializers.CharField(
        max_length=1000, trim_whitespace=False, help_text="The new one: ops/start.md"
    )


class ListedSerializer(serializers.Serializer[Any]):
    """The query of a list."""

    q = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="In path, title or text."
    )
    folder = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, help_text="All below it: ops"
    )


class WantedSerializer(serializers.Serializer[Any]):
    """The query of a read."""

    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_NUMBER, help_text="An earlier revision."
    )
    history = serializers.BooleanField(
        required=False, help_text="1: a list of all revisions, newest first."
    )


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
