from django.db import migrations

#: Movements are what levels are rebuilt from: nobody changes one, whatever way they come in.
FORWARDS = """
CREATE FUNCTION partner_movements_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A stock movement is never changed: make another one.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER movements_stay BEFORE UPDATE OR DELETE ON partner_movement
    FOR EACH ROW EXECUTE FUNCTION partner_movements_stay();
"""
BACKWARDS = "DROP TRIGGER movements_stay ON partner_movement; DROP FUNCTION partner_movements_stay();"

#: Room in each page for the next version of a row: busy rows are then updated without touching an index.
ROOM = "ALTER TABLE partner_level SET (fillfactor = 70)"
NO_ROOM = "ALTER TABLE partner_level RESET (fillfactor)"


class Migration(migrations.Migration):

    dependencies = [("partner", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS), migrations.RunSQL(ROOM, NO_ROOM)]
