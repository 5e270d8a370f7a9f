import django.contrib.postgres.search
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models

#: Until workers have made all entries again.
FILL = """UPDATE search_postgresentry
    SET heading = ts_filter(vector, '{a,b,c}'), title_words = cardinality(string_to_array(title, ' '))"""


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_options_of_variants'),
    ]

    operations = [
        CreateExtension('fuzzystrmatch'),
        migrations.AddField(
            model_name='postgresentry',
            name='heading',
            field=django.contrib.postgres.search.SearchVectorField(default=''),
        ),
        migrations.AddField(
            model_name='postgresentry',
            name='title_words',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
