"""Editors bring and take away documents by hundreds."""

from django.db import migrations

from access.granting import grant

RIGHTS = {"Editors": ["knowledge.import_documents", "knowledge.export_documents"]}


def give(apps, schema_editor):
    grant(apps, RIGHTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("access", "0001_groups"), ("knowledge", "0006_imports")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
