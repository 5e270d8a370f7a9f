"""What can be booked, and when, is read once per version: triggers change it with every row that says so."""

from django.db import migrations, models

#: Tables whose every change makes a new version.
TABLES = [
    "booking_busytime",
    "booking_hoursexception",
    "booking_pace",
    "booking_policy",
    "booking_requirement",
    "booking_resource",
    "booking_resourcegroup_members",
    "booking_segment",
    "booking_service",
    "booking_service_skilled",
    "booking_weeklyhours",
    "channels_dayoff",
    "channels_openinghours",
]

VERSION = """
CREATE FUNCTION booking_new_version() RETURNS void LANGUAGE sql AS $$
    INSERT INTO booking_rulesversion (id, version) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET version = excluded.version
$$;
-- For statements that touched no row (a cascade that found nothing), there is nothing new.
CREATE FUNCTION booking_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM touched) THEN PERFORM booking_new_version(); END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION booking_rule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM booking_new_version();
    RETURN NULL;
END $$;
SELECT booking_new_version();
-- Of locations and products little counts.
CREATE TRIGGER booking_location_changed AFTER UPDATE OF time_zone, is_active ON channels_location FOR EACH ROW
    WHEN ((OLD.time_zone, OLD.is_active) IS DISTINCT FROM (NEW.time_zone, NEW.is_active))
    EXECUTE FUNCTION booking_rule_changed();
CREATE TRIGGER booking_product_renamed AFTER UPDATE OF sku ON catalogue_product FOR EACH ROW
    WHEN (OLD.sku IS DISTINCT FROM NEW.sku) EXECUTE FUNCTION booking_rule_changed();
"""
VERSION_NOT = """
DROP TRIGGER booking_product_renamed ON catalogue_product;
DROP TRIGGER booking_location_changed ON channels_location;
DROP FUNCTION booking_rule_changed();
DROP FUNCTION booking_rules_changed();
DROP FUNCTION booking_new_version();
"""

#: The kinds of change, each with the rows that it touched: only a trigger of one kind may see them.
KINDS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
TRIGGERS = "".join(
    f"CREATE TRIGGER booking_rules_{kind} AFTER {kind.upper()} ON {table} "
    f"REFERENCING {rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION booking_rules_changed();\n"
    for table in TABLES
    for kind, rows in KINDS.items()
)
TRIGGERS_NOT = "".join(f"DROP TRIGGER booking_rules_{kind} ON {table};\n" for table in TABLES for kind in KINDS)


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0003_waiting_for_a_class"),
        ("catalogue", "0001_initial"),
        ("channels", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RulesVersion",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("version", models.UUIDField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_version_of_booking_rules")],
            },
        ),
        migrations.RunSQL(VERSION, VERSION_NOT),
        migrations.RunSQL(TRIGGERS, TRIGGERS_NOT),
    ]
