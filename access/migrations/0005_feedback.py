"""Whoever reads what was asked reads what was said of the answers."""

from django.db import migrations

from access.granting import grant

RIGHTS = {name: ["questions.view_feedback"] for name in ("Viewers", "Editors", "Operators")}


def give(apps, schema_editor):
    grant(apps, RIGHTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("access", "0004_tokens_and_folder"), ("questions", "0002_feedback")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
