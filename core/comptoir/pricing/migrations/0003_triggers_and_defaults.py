"""What the database itself looks after: history that stays, and a version that follows every rule. Default taxes."""

from django.db import migrations

from comptoir.pricing.default_taxes import write_default_taxes

#: Tables whose every change makes a new version of the rules that quotes are worked out by.
RULE_TABLES = [
    "offer_benefit",
    "offer_condition",
    "offer_conditionaloffer_combinations",
    "offer_range",
    "offer_range_classes",
    "offer_range_excluded_categories",
    "offer_range_excluded_products",
    "offer_range_included_categories",
    "offer_rangeproduct",
    "pricing_offerscope",
    "pricing_offerscope_channels",
    "pricing_offerscope_locations",
    "pricing_productclasstax",
    "pricing_taxclass",
    "pricing_taxrate",
]

HISTORY_STAYS = """
CREATE FUNCTION pricing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The price history is only ever added to.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER pricing_history_stays BEFORE UPDATE OR DELETE ON pricing_pricechange
    FOR EACH ROW EXECUTE FUNCTION pricing_refuse();
"""
HISTORY_STAYS_NOT = """
DROP TRIGGER pricing_history_stays ON pricing_pricechange;
DROP FUNCTION pricing_refuse();
"""

NEW_VERSION = """
CREATE FUNCTION pricing_new_version() RETURNS void LANGUAGE sql AS $$
    INSERT INTO pricing_pricingversion (id, version) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET version = excluded.version
$$;
-- For statements that touched no row (a cascade that found nothing), there is nothing new.
CREATE FUNCTION pricing_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM touched) THEN PERFORM pricing_new_version(); END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION pricing_rule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pricing_new_version();
    RETURN NULL;
END $$;
SELECT pricing_new_version();
"""
NEW_VERSION_NOT = """
DROP FUNCTION pricing_rule_changed();
DROP FUNCTION pricing_rules_changed();
DROP FUNCTION pricing_new_version();
"""

#: An offer's counters move with every order; they are read for each quote and are no new version.
COUNTERS = "ARRAY['num_applications', 'total_discount', 'num_orders']"
OF_OFFERS = f"""
CREATE TRIGGER pricing_offer_came AFTER INSERT OR DELETE ON offer_conditionaloffer
    FOR EACH ROW EXECUTE FUNCTION pricing_rule_changed();
CREATE TRIGGER pricing_offer_changed AFTER UPDATE ON offer_conditionaloffer FOR EACH ROW
    WHEN (to_jsonb(OLD) - {COUNTERS} IS DISTINCT FROM to_jsonb(NEW) - {COUNTERS})
    EXECUTE FUNCTION pricing_rule_changed();
-- Ranges are compiled with the paths of their categories.
CREATE TRIGGER pricing_category_moved AFTER UPDATE OF path ON catalogue_category FOR EACH ROW
    WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION pricing_rule_changed();
"""
OF_OFFERS_NOT = """
DROP TRIGGER pricing_offer_came ON offer_conditionaloffer;
DROP TRIGGER pricing_offer_changed ON offer_conditionaloffer;
DROP TRIGGER pricing_category_moved ON catalogue_category;
"""


def of_rules() -> str:
    """One trigger a table and kind of change: only those with one kind may see the rows of the statement."""
    kinds = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
    return "".join(
        f"CREATE TRIGGER pricing_rules_{kind} AFTER {kind.upper()} ON {table} "
        f"REFERENCING {rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION pricing_rules_changed();\n"
        for table in RULE_TABLES
        for kind, rows in kinds.items()
    )


def of_rules_not() -> str:
    return "".join(
        f"DROP TRIGGER pricing_rules_{kind} ON {table};\n"
        for table in RULE_TABLES
        for kind in ("insert", "update", "delete")
    )


def default_taxes(apps, schema_editor):
    write_default_taxes(apps)


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial"), ("offer", "0001_initial")]

    operations = [
        migrations.RunSQL(HISTORY_STAYS, HISTORY_STAYS_NOT),
        migrations.RunSQL(NEW_VERSION, NEW_VERSION_NOT),
        migrations.RunSQL(OF_OFFERS, OF_OFFERS_NOT),
        migrations.RunSQL(of_rules(), of_rules_not()),
        migrations.RunPython(default_taxes, migrations.RunPython.noop),
    ]
