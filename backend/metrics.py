"""What a backend counts and times, for the router's /metrics to collect from its files."""

from retrieval.embedders import PROVIDERS
from retrieval.metrics import Counter, Histogram

OUTCOMES = ("answered", "abstained", "failed", "stopped")
LANGUAGES = ("en", "fr")
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

questions = Counter(
    "kb_questions", "Questions asked by people, by how they ended.", ["outcome", "lang"]
)
question_duration = Histogram(
    "kb_question_duration_seconds", "From a question to the end of its answer.", buckets=SLOW
)
first_token = Histogram(
    "kb_question_first_token_seconds", "From a question to its first word.", buckets=SLOW
)
retrieval_duration = Histogram(
    "kb_retrieval_duration_seconds", "One search of the index.", ["backend"], buckets=FAST
)
embedding_duration = Histogram(
    "kb_embedding_duration_seconds", "Embedding, by provider.", ["provider"], buckets=FAST
)

for outcome in OUTCOMES:
    for lang in LANGUAGES:
        questions.labels(outcome, lang)
for provider in PROVIDERS:
    embedding_duration.labels(provider)
