"""Notes on revisions, and who settled a conflict, when.

What lost before this and waits no longer was settled by a later save; by whom and when was not
kept, so it has the time at which it was saved itself.
"""

from django.db import migrations, models
from django.db.models import F


def settle_what_waits_no_longer(apps, schema_editor):
    Revision = apps.get_model("knowledge", "Revision")
    waiting = apps.get_model("knowledge", "Document").objects.filter(conflict__isnull=False)
    lost = Revision.objects.filter(conflict=True).exclude(pk__in=waiting.values("conflict"))
    lost.update(settled_at=F("saved_at"))


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0006_imports")]

    operations = [
        migrations.AlterModelOptions(
            name="foldersync",
            options={"permissions": [("confirm_folder", "Can decide what a paused folder means")]},
        ),
        migrations.AddField(
            model_name="revision",
            name="note",
            field=models.CharField(
                blank=True,
                help_text="How it came about, if not by typing.",
                max_length=200,
                verbose_name="note",
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="agreed_sha",
            field=models.CharField(
                blank=True,
                help_text="Where the folder's text met another edit: on which text both last agreed.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="settled_by",
            field=models.CharField(blank=True, max_length=150, verbose_name="settled by"),
        ),
        migrations.AddField(
            model_name="revision",
            name="settled_at",
            field=models.DateTimeField(null=True, verbose_name="settled at"),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(
                condition=models.Q(("conflict", True), ("settled_at", None)),
                fields=["document"],
                name="revision_open_conflicts",
            ),
        ),
        migrations.RunPython(settle_what_waits_no_longer, migrations.RunPython.noop),
    ]
