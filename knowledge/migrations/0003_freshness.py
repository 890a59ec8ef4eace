from django.db import migrations, models
from django.db.models import Q

from retrieval import freshness
from retrieval.markdown import BOM

BATCH = 500


def fill_in(apps, schema_editor):
    """What the live texts say already; earlier ones say it when they are restored."""
    revisions = apps.get_model("knowledge", "Revision").objects.using(schema_editor.connection.alias)
    documents = apps.get_model("knowledge", "Document").objects.using(schema_editor.connection.alias)
    with_front_matter = Q(body__startswith="---") | Q(body__startswith=BOM + "---")
    live = documents.filter(revision__isnull=False).values("revision_id")
    ids = list(
        revisions.filter(with_front_matter, id__in=live).order_by("id").values_list("id", flat=True)
    )
    for start in range(0, len(ids), BATCH):
        said = list(revisions.filter(id__in=ids[start : start + BATCH]).only("id", "body"))
        for revision in said:
            told = freshness.read(revision.body)
            revision.review_by, revision.owner = told.review_by, told.owner
        revisions.bulk_update(said, ["review_by", "owner"], batch_size=100)


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0002_trusted_versions")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="owner",
            field=models.CharField(
                blank=True,
                help_text="Its front matter's owner.",
                max_length=150,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="review_by",
            field=models.DateField(
                blank=True,
                help_text="Its front matter's review_by.",
                null=True,
                verbose_name="review by",
            ),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop, elidable=True),
    ]
