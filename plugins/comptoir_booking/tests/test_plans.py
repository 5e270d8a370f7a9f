"""Statements of booking whose plan is kept find their rows by an index, even where nearly all bookings look alike."""

import pytest
from django.db import connection

from comptoir.testing.plans import keep_all_plans, kept_statements, tables_read_whole
from comptoir_booking.changes import confirm_holds, extend_holds, release_holds
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.queries import open_days
from comptoir_booking.tests.salon import TUESDAY, Salon, at, today

pytestmark = pytest.mark.django_db

GROWING = ["booking_allocation", "booking_booking", "booking_bookingstep"]

#: Booked years ago, at the desk: nobody's.
LONG_AGO = """
WITH copies AS (
    INSERT INTO booking_booking (uuid, visit, line, party, service_id, location_id, state, starts_at, ends_at, wall_start,
        time_zone, owner, contact_name, contact_phone, contact_email, locale, note, document, policy, sequence, link_version, moves,
        made_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 0, 1, service_id, location_id, 'confirmed', starts_at - n * interval '1 day',
        ends_at - n * interval '1 day', wall_start, time_zone, '', '', '', '', '', '', '', policy, 0, 1, 0, made_at
    FROM booking_booking, generate_series(1, 3000) n WHERE id = %(booked)s RETURNING id, starts_at, ends_at
)
INSERT INTO booking_allocation (booking_id, resource_id, role, during, is_active, is_exclusive, reason)
SELECT copies.id, resource_id, role, tstzrange(copies.starts_at, copies.ends_at), true, true, ''
FROM copies, booking_allocation one WHERE one.booking_id = %(booked)s
"""


def test_no_statement_of_a_hold_reads_all_bookings(shop):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        salon.person("bela")
        visit = salon.visit(salon.service(minutes=30, step=15))
        [booked] = book_visit(visit=visit, start=at(9), terms=Terms())
        with connection.cursor() as cursor:
            cursor.execute(LONG_AGO, {"booked": booked.pk})
            cursor.execute("ANALYZE booking_booking, booking_allocation")
        keep_all_plans()

        open_days(visit, TUESDAY, 1)
        for hour, done in ((10, release_holds), (10, confirm_holds), (11, extend_holds)):
            hold_visit(visit=visit, start=at(hour), terms=Terms(owner=f"customer:{hour}"))
            done(owners=[f"customer:{hour}"])

        kept = kept_statements()
        read = [(tables_read_whole(*one, GROWING), *one) for one in kept]
    assert len(kept) > 5
    assert [one for one in read if one[0]] == []
