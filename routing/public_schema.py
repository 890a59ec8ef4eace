"""The shapes of the public endpoints' requests and answers, for /api/docs/."""

from rest_framework import serializers

from routing import behind
from routing.data_plane import feedback


class Turn(serializers.Serializer):  # type: ignore[type-arg]
    role = serializers.ChoiceField(["user", "assistant"])
    text = serializers.CharField()


class Question(serializers.Serializer):  # type: ignore[type-arg]
    question = serializers.CharField(max_length=4000)
    history = Turn(many=True, required=False, allow_null=True)
    version = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="Any kept one: a control call."
    )


class GivenFeedback(serializers.Serializer):  # type: ignore[type-arg]
    question = serializers.CharField(max_length=feedback.LONGEST_QUESTION)
    version = serializers.IntegerField(
        min_value=1, max_value=feedback.LARGEST_VERSION, help_text="The one that answered."
    )
    kind = serializers.ChoiceField(
        feedback.KINDS, help_text="gap: the documents do not answer it, and should."
    )
    comment = serializers.CharField(
        max_length=feedback.LONGEST_COMMENT, required=False, allow_blank=True, allow_null=True
    )


class NotedFeedback(serializers.Serializer):  # type: ignore[type-arg]
    status = serializers.ChoiceField(
        ["noted", "not_kept"], help_text="not_kept: questions are not kept here (QUESTION_LOG=0)."
    )


class Freshness(serializers.Serializer):  # type: ignore[type-arg]
    """What the document itself says of its review, where it does."""

    review_by = serializers.DateField(required=False)
    owner = serializers.CharField(required=False)
    overdue = serializers.BooleanField(
        required=False, help_text="True after the day of its review (UTC), or not there."
    )


class Citation(Freshness):
    document = serializers.CharField(help_text="The document's path.")
    revision = serializers.IntegerField()
    title = serializers.CharField()
    section = serializers.CharField()
    quote = serializers.CharField()
    score = serializers.FloatField()


class Fallback(serializers.Serializer):  # type: ignore[type-arg]
    generator = serializers.CharField(help_text="Which should have answered.")
    reason = serializers.CharField()


class Slip(serializers.Serializer):  # type: ignore[type-arg]
    asked = serializers.CharField(help_text="A word of the question that no document holds.")
    read = serializers.CharField(help_text="The word of the documents that it was read as.")


class AnswerToQuestion(serializers.Serializer):  # type: ignore[type-arg]
    answer = serializers.CharField()
    answered = serializers.BooleanField(help_text="False when the knowledge does not hold it.")
    confidence = serializers.FloatField(
        help_text="0 to 1: how sure it is that the knowledge holds it."
    )
    citations = Citation(many=True)
    version = serializers.IntegerField()
    slot = serializers.CharField()
    generator = serializers.CharField(help_text="extractive, or the provider and its model")
    retrieval = serializers.ChoiceField(["hybrid", "lexical"])
    nearest = Citation(
        many=True, required=False, help_text="When it is not answered: up to three near misses."
    )
    unsupported = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Generated answers: the sentences whose citations do not hold.",
    )
    fallback = Fallback(required=False)
    read_as = Slip(many=True, required=False, help_text="Slips of the keys in the question.")


class Result(Freshness):
    document = serializers.CharField()
    revision = serializers.IntegerField()
    title = serializers.CharField()
    section = serializers.CharField()
    text = serializers.CharField(help_text="The document's own text of that chunk.")
    score = serializers.FloatField()


class Results(serializers.Serializer):  # type: ignore[type-arg]
    results = Result(many=True)
    version = serializers.IntegerField()
    slot = serializers.CharField()
    retrieval = serializers.ChoiceField(["hybrid", "lexical"])


class Source(Freshness):
    document = serializers.CharField()
    revision = serializers.IntegerField()
    title = serializers.CharField()
    sha256 = serializers.CharField()
    body = serializers.CharField()
    html = serializers.CharField()
    quote_found = serializers.BooleanField(required=False)
    whole = serializers.BooleanField(required=False)
    version = serializers.IntegerField()
    slot = serializers.CharField()


class Suggestions(serializers.Serializer):  # type: ignore[type-arg]
    questions = serializers.ListField(child=serializers.CharField())


class Served(serializers.Serializer):  # type: ignore[type-arg]
    slot = serializers.CharField()
    version = serializers.IntegerField()
    documents = serializers.IntegerField(allow_null=True)
    chunks = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True, help_text="When it was activated.")


class Sync(serializers.Serializer):  # type: ignore[type-arg]
    in_sync = serializers.BooleanField(help_text="All that was saved is served, vectors too.")
    edits = serializers.IntegerField(help_text="Saved documents that are not live yet.")
    mode = serializers.ChoiceField(behind.MODES, help_text="How proved versions go live.")


class SlotState(serializers.Serializer):  # type: ignore[type-arg]
    state = serializers.CharField(
        help_text="active, fallback, standby, empty, wrong_version, unreachable, or what its "
        "backend reports"
    )
    version = serializers.IntegerField(allow_null=True)


class Health(serializers.Serializer):  # type: ignore[type-arg]
    status = serializers.ChoiceField(["ok", "degraded", "down"])
    active = Served(allow_null=True)
    slots = serializers.DictField(child=SlotState())
    epoch = serializers.IntegerField(required=False)
    sync = Sync(required=False, help_text="Where it is known of this epoch and moment.")
    code = serializers.CharField(required=False, help_text="With 503: why.")
    detail = serializers.CharField(required=False)


class ErrorAnswer(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    detail = serializers.CharField()
