from django.db import migrations

#: Entries are what payments are audited with: nobody changes one, whatever way they come in.
FORWARDS = """
CREATE FUNCTION payments_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A payment entry is never changed: make another one.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON payments_paymententry
    FOR EACH ROW EXECUTE FUNCTION payments_entries_stay();
"""
BACKWARDS = "DROP TRIGGER entries_stay ON payments_paymententry; DROP FUNCTION payments_entries_stay();"


class Migration(migrations.Migration):

    dependencies = [("payments", "0001_payments_entries_commands")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
