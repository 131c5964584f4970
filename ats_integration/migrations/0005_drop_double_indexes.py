import django.db.models.deletion
from django.db import migrations, models

from ats_integration.conf import conf


class Migration(migrations.Migration):

    dependencies = [
        ('ats_integration', '0004_drop_claim_id'),
        migrations.swappable_dependency(conf.application_model),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='application',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='ats_deliveries', to=conf.application_model),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='config',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='ats_integration.atsconfig'),
        ),
    ]
