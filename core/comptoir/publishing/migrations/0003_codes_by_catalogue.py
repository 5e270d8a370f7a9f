from django.db import migrations


class Migration(migrations.Migration):
    """Codes are found by the catalogue's own indexes (publishing/queries.py)."""

    dependencies = [("publishing", "0002_releases")]

    operations = [migrations.RemoveIndex(model_name="document", name="document_by_code")]
