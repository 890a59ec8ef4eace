from django.db import migrations, models

from retrieval import language

BATCH = 200


def fill_in(apps, schema_editor):
    """Of the live texts; earlier ones say it when they are restored."""
    revisions = apps.get_model("knowledge", "Revision").objects.using(schema_editor.connection.alias)
    documents = apps.get_model("knowledge", "Document").objects.using(schema_editor.connection.alias)
    live = documents.filter(revision__isnull=False).order_by("revision_id")
    ids = list(live.values_list("revision_id", flat=True))
    for start in range(0, len(ids), BATCH):
        texts = revisions.filter(id__in=ids[start : start + BATCH]).values_list("id", "body")
        told = {}
        for pk, body in texts:
            told.setdefault(language.of_document(body), []).append(pk)
        for code, some in told.items():
            revisions.filter(id__in=some).update(language=code)


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0009_bulk_actions")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[("en", "English"), ("fr", "French")],
                help_text="As its prose tells; empty: too little of it, or another language.",
                max_length=2,
                verbose_name="language",
            ),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop, elidable=True),
    ]
