"""Who may what: Editors write, Operators serve, Viewers look (the table is in README.md)."""

from django.db import migrations

from access.granting import grant

LOOKING = [
    "knowledge.view_document", "knowledge.view_revision", "knowledge.view_quarantine",
    "routing.view_deploymentversion", "routing.view_activation", "routing.view_hold",
    "builder.view_probe", "questions.view_question",
]
RIGHTS = {
    "Viewers": LOOKING,
    "Editors": [
        *LOOKING,
        "knowledge.add_document", "knowledge.change_document", "knowledge.delete_document",
    ],
    "Operators": [
        *LOOKING,
        "routing.activate_deploymentversion", "routing.override_deploymentversion",
        "routing.change_policy", "knowledge.release_quarantine",
        "builder.add_probe", "builder.change_probe", "builder.delete_probe",
    ],
}


def make_groups(apps, schema_editor):
    grant(apps, RIGHTS, using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("knowledge", "0003_freshness"),
        ("questions", "0001_initial"),
        ("routing", "0003_decisions"),
        ("builder", "0001_initial"),
    ]
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
