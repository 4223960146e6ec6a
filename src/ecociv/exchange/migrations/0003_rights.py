"""Verified emissions, rounds of allocation, alerts and what was decided about them: all of it only added to."""

import django.db.models.deletion
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='AllocationRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(max_length=60, verbose_name='zone')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('author_name', models.CharField(max_length=200, verbose_name='recorded by')),
                ('sample', models.BooleanField(default=False, verbose_name='sample')),
                ('instrument', models.CharField(max_length=60, verbose_name='instrument')),
                ('vintage', models.PositiveSmallIntegerField(verbose_name='vintage')),
                ('region', models.CharField(blank=True, max_length=60, verbose_name='region or basin')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('cap', models.BigIntegerField(verbose_name='cap, units')),
                ('reserve', models.BigIntegerField(verbose_name='without a ground, units')),
                ('document', models.CharField(max_length=300, verbose_name='document')),
                ('sequence', models.BigIntegerField(verbose_name='entry of the journal')),
                ('parts', models.JSONField(verbose_name='parts')),
                ('left_out', models.JSONField(default=list, verbose_name='left out')),
            ],
            options={
                'verbose_name': 'round of allocation',
                'verbose_name_plural': 'rounds of allocation',
                'constraints': [models.UniqueConstraint(fields=('zone', 'instrument', 'vintage', 'region', 'number'), name='allocation_round_once')],
            },
        ),
        migrations.CreateModel(
            name='SurveillanceAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(max_length=60, verbose_name='zone')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('author_name', models.CharField(max_length=200, verbose_name='recorded by')),
                ('sample', models.BooleanField(default=False, verbose_name='sample')),
                ('key', models.CharField(max_length=24, verbose_name='key')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('market', models.CharField(max_length=120, verbose_name='market')),
                ('owner', models.CharField(max_length=120, verbose_name='beneficial owner')),
                ('day', models.DateField(verbose_name='trading day')),
                ('body', models.JSONField(verbose_name='evidence')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'constraints': [models.UniqueConstraint(fields=('zone', 'key'), name='surveillance_alert_once')],
            },
        ),
        migrations.CreateModel(
            name='AlertDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(max_length=60, verbose_name='zone')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('author_name', models.CharField(max_length=200, verbose_name='recorded by')),
                ('sample', models.BooleanField(default=False, verbose_name='sample')),
                ('decision', models.CharField(choices=[('inquiry', 'Inquiry opened'), ('acted', 'Acted on'), ('dismissed', 'Dismissed')], max_length=20, verbose_name='decision')),
                ('note', models.CharField(max_length=1000, verbose_name='reason')),
                ('document', models.CharField(blank=True, max_length=300, verbose_name='document')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='exchange.surveillancealert', verbose_name='alert')),
            ],
            options={
                'verbose_name': 'decision on an alert',
                'verbose_name_plural': 'decisions on alerts',
            },
        ),
        migrations.CreateModel(
            name='VerifiedEmission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(max_length=60, verbose_name='zone')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('author_name', models.CharField(max_length=200, verbose_name='recorded by')),
                ('sample', models.BooleanField(default=False, verbose_name='sample')),
                ('account', models.CharField(max_length=120, verbose_name='account')),
                ('instrument', models.CharField(max_length=60, verbose_name='instrument')),
                ('region', models.CharField(blank=True, max_length=60, verbose_name='region or basin')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('revision', models.PositiveSmallIntegerField(verbose_name='revision')),
                ('quantity', models.BigIntegerField(verbose_name='verified, units')),
                ('document', models.CharField(max_length=300, verbose_name='document')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason of the restatement')),
            ],
            options={
                'verbose_name': 'verified emission',
                'verbose_name_plural': 'verified emissions',
                'constraints': [models.UniqueConstraint(fields=('zone', 'account', 'instrument', 'region', 'year', 'revision'), name='verified_emission_once')],
            },
        ),
        AppendOnly("exchange_verifiedemission"),
        AppendOnly("exchange_allocationround"),
        AppendOnly("exchange_surveillancealert"),
        AppendOnly("exchange_alertdecision"),
    ]
