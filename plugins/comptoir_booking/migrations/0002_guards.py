"""What Django's models cannot say: the grid, the longest stretch, the index that is read, the depth of pools."""

from django.db import migrations

GUARDS = """
ALTER TABLE booking_allocation ADD CONSTRAINT an_allocation_is_on_the_grid CHECK (
    extract(epoch FROM lower(during))::bigint % 300 = 0 AND extract(epoch FROM upper(during))::bigint % 300 = 0
    AND upper(during) - lower(during) <= interval '1 day');

-- Held on the row whatever its writer thought: only a pool is shared.
CREATE FUNCTION booking_guard_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
    deepest integer;
BEGIN
    SELECT capacity INTO places FROM booking_resource WHERE id = NEW.resource_id;
    IF places = 1 OR NOT NEW.is_active THEN
        NEW.is_exclusive := (places = 1);
        RETURN NEW;
    END IF;
    NEW.is_exclusive := false;
    PERFORM pg_advisory_xact_lock(7406, NEW.resource_id::integer);
    -- The depth is greatest where one of them begins.
    SELECT max(depth) INTO deepest FROM (
        SELECT (SELECT count(*) FROM booking_allocation other
                WHERE other.resource_id = NEW.resource_id AND other.is_active AND other.id <> NEW.id
                AND other.during @> point.at) AS depth
        FROM (SELECT lower(NEW.during) AS at UNION
              SELECT lower(one.during) FROM booking_allocation one
              WHERE one.resource_id = NEW.resource_id AND one.is_active AND one.during && NEW.during
              AND lower(one.during) >= lower(NEW.during)) point) depths;
    IF coalesce(deepest, 0) >= places THEN
        RAISE EXCEPTION 'the pool is full' USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'a_pool_is_never_too_full';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER booking_guard_allocation BEFORE INSERT OR UPDATE ON booking_allocation
    FOR EACH ROW EXECUTE FUNCTION booking_guard_allocation();

CREATE INDEX allocations_of_a_resource ON booking_allocation (resource_id, lower(during))
    INCLUDE (during, held_until) WHERE is_active;
"""

UNGUARDED = """
DROP INDEX allocations_of_a_resource;
DROP TRIGGER booking_guard_allocation ON booking_allocation;
DROP FUNCTION booking_guard_allocation();
ALTER TABLE booking_allocation DROP CONSTRAINT an_allocation_is_on_the_grid;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_bookings")]

    operations = [migrations.RunSQL(GUARDS, UNGUARDED)]
