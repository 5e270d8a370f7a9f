
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0004_rules_have_a_version'),
        ('channels', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='booking',
            name='location',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='channels.location'),
        ),
        migrations.AlterField(
            model_name='booking',
            name='owner',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['owner'], name='bookings_of_an_owner'),
        ),
    ]
