"""scratch benchmark"""
import time
from random import Random
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from comptoir.pricing.queries import quote
from comptoir.pricing.models import Price
from comptoir.pricing.compiling import current_rules, _kept
from comptoir.testing.factories import Shop
from comptoir.customers.models import User
from tests.core.pricing.rules import at, basket, make_offer, make_range, make_voucher
from comptoir.pricing.offer.models import ConditionalOffer

@pytest.mark.parametrize("case", ["nonexclusive", "exclusive", "mixed"])
def test_bench(shop: Shop, case):
    dice = Random(1)
    web = shop.channel("web")
    shelf = shop.category("Shirts")
    wares = [shop.product(price=str(10 + n), texts={}, categories=[shelf] if n % 2 else []) for n in range(20)]
    everything = make_range()
    ranges = [everything, make_range(categories=[shelf]), make_range(*wares[:10]), make_range(*wares[5:15])]
    user = User.objects.create_user("a@example.org", "a long password")
    for n in range(50):
        if case == "nonexclusive":
            make_offer("Percentage", "1", of=everything, when=("Count", "1"), exclusive=False)
        elif case == "exclusive":
            make_offer("Percentage", "1", of=everything, when=("Count", "1"), max_affected=1)
        else:
            b = dice.choice(["Percentage", "Absolute", "Multibuy", "Fixed price", "Fixed", "Shipping absolute"])
            make_offer(b, None if b == "Multibuy" else str(dice.randint(1, 15)), of=dice.choice(ranges),
                when=(dice.choice(["Count", "Coverage", "Value"]), str(dice.randint(1, 30))), exclusive=dice.random() < .5,
                priority=dice.randint(0, 3), max_basket_applications=1, max_user_applications=3 if n == 0 else None)
    v = make_offer("Percentage", "2", of=everything, offer_type=ConditionalOffer.VOUCHER, exclusive=False, priority=-1)
    make_voucher("TEN", v)
    ctx = at(web, voucher_codes=("TEN",), customer_id=user.pk)
    lines = basket(*((w, 3) for w in wares))
    with CaptureQueriesContext(connection, ) as cold:
        t = time.perf_counter(); q = quote(ctx, lines); coldms = (time.perf_counter() - t) * 1000
    with CaptureQueriesContext(connection) as warm:
        q = quote(ctx, lines)
    ts, cs = [], []
    import os
    def pgcpu():
        f = open(f"/proc/{connection.connection.info.backend_pid}/stat").read().rsplit(")",1)[1].split()
        return (int(f[11])+int(f[12]))*1000/os.sysconf("SC_CLK_TCK")
    p0 = pgcpu()
    for _ in range(100):
        t, c = time.perf_counter(), time.process_time()
        q = quote(ctx, lines)
        ts.append(time.perf_counter() - t); cs.append(time.process_time() - c)
    ts.sort(); cs.sort()
    print(f'pg CPU {(pgcpu()-p0)/100:.1f} ms');print(f"\n{case}: cold {len(cold)} stmts {coldms:.0f} ms; warm {len(warm)} stmts, median {ts[50]*1000:.1f} ms, min {ts[0]*1000:.1f}, python CPU {cs[50]*1000:.1f} ms; discounts {len(q.discounts)} total {q.total}")
