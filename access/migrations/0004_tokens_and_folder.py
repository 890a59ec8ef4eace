"""Everyone who works here may have programs act for them; Editors and Operators settle a pause."""

from django.db import migrations

from access.granting import grant

OWN_TOKENS = ["access.view_token", "access.add_token", "access.change_token"]
RIGHTS = {
    "Viewers": OWN_TOKENS,
    "Editors": [*OWN_TOKENS, "knowledge.confirm_folder"],
    "Operators": [*OWN_TOKENS, "knowledge.confirm_folder"],
}


def give(apps, schema_editor):
    grant(apps, RIGHTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_tokens"), ("knowledge", "0007_history")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
