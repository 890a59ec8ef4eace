"""Everyone sees what the documents do not answer; Editors and Operators decide on it."""

from django.db import migrations

from access.granting import grant

DECIDING = ["questions.view_gap", "questions.change_gap"]
RIGHTS = {"Viewers": ["questions.view_gap"], "Editors": DECIDING, "Operators": DECIDING}


def give(apps, schema_editor):
    grant(apps, RIGHTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("access", "0005_feedback"), ("questions", "0003_gaps")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
