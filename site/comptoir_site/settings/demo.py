"""Settings of `make demo`: production-like, on this machine only, with a secret key kept in COMPTOIR_HOME."""

import os

os.environ.setdefault("COMPTOIR_PLUGINS", "store,web,app,social,booking,testpay")
os.environ.setdefault("SMS_TRANSPORT", "console")

from comptoir_site.settings.base import *  # noqa: F403
from comptoir_site.settings.base import COMPTOIR_HOME
from comptoir_site.settings.secret import kept_secret_key

SECRET_KEY = kept_secret_key(COMPTOIR_HOME)
DEMO = True
# What stands below every invoice and on the page of who the shop is: invented, as all of the house.
COMPTOIR_LEGAL_NOTICE = (
    "Maison Aubelaine SAS (maison imaginaire), capital de 40 000 €\n"
    "12 rue de la Navette, 44000 Nantes, +33 2 61 91 12 01\n"
    "RCS Nantes 000 000 000, TVA FR00 000000000\n"
    "Directrice de la publication\u00a0: Agathe Aubelaine"
)
# The account of every example in the papers of French banks: nobody's.
COMPTOIR_BANK_IBAN = "FR76 3000 6000 0112 3456 7890 189"
if "testpay" in COMPTOIR_PLUGINS:  # noqa: F405
    COMPTOIR_TESTPAY_ENABLED = True
