from django.core.management.color import no_style
from django.db import migrations, models


def give_places_and_paths(apps, schema_editor):
    """What documents remembered of the folder goes to their places; revisions get their paths.

    A place has the number of its document, by which the folder's asides are named.
    """
    Document, Place = apps.get_model("knowledge", "Document"), apps.get_model("knowledge", "Place")
    rows = Document.objects.values_list("id", "path", "folder_sha", "folder_stat").iterator()
    Place.objects.bulk_create(
        (Place(id=id_, path=path, sha256=sha, stat=stat) for id_, path, sha, stat in rows),
        batch_size=500,
    )
    found = Document.objects.filter(id=models.OuterRef("document_id")).values("path")
    apps.get_model("knowledge", "Revision").objects.update(path=models.Subquery(found))
    for statement in schema_editor.connection.ops.sequence_reset_sql(no_style(), [Place]):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0003_freshness'),
    ]

    operations = [
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=1000, unique=True)),
                ('sha256', models.CharField(blank=True, help_text='At which folder and database last agreed; empty: neither had anything there.', max_length=64)),
                ('stat', models.CharField(blank=True, help_text="The file's stat when that was its content; not to be trusted after a '?'.", max_length=120)),
            ],
        ),
        migrations.AddField(
            model_name='revision',
            name='path',
            field=models.CharField(default='', max_length=1000, verbose_name='path'),
            preserve_default=False,
        ),
        # Going back, the folder is read again: its texts are as they were when they last agreed.
        migrations.RunPython(give_places_and_paths, migrations.RunPython.noop),
        migrations.RemoveField(model_name='document', name='folder_sha'),
        migrations.RemoveField(model_name='document', name='folder_stat'),
        migrations.AlterField(
            model_name='document',
            name='path',
            field=models.CharField(max_length=1000, verbose_name='path'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['path'], name='document_path'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('revision__isnull', False)), fields=('path',), name='document_path_is_unique_while_live'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('path', 'number'), name='revision_path_and_number_are_unique'),
        ),
    ]
