from django.db import migrations

#: An invoice is never changed and never disappears: a credit note takes back what it says.
FORWARDS = """
CREATE FUNCTION order_papers_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A paper is never changed: issue a credit note.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER papers_stay BEFORE UPDATE OR DELETE ON order_paper
    FOR EACH ROW EXECUTE FUNCTION order_papers_stay();
"""
BACKWARDS = "DROP TRIGGER papers_stay ON order_paper; DROP FUNCTION order_papers_stay();"


class Migration(migrations.Migration):

    dependencies = [("order", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
