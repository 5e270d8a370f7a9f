"""Other ways into the account than a code by e-mail: a phone, a passkey, an account of another house."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction

from comptoir.customers.models import User
from comptoir.customers.services import prove_phone
from comptoir.testing.selling import nothing_counted
from comptoir_web.tests.test_account import EMAIL, log_in
from comptoir_web.tests.test_buying import Visitor, till, visitor

__all__ = ["nothing_counted", "till", "visitor"]

pytestmark = pytest.mark.django_db
NUMBER = "+33639981203"


def code_of(sms: str) -> str:
    return re.search(r"^(\S+) is your code", sms, re.MULTILINE)[1]


def add_phone(visitor: Visitor, capsys, said: str = "06 39 98 12 03") -> str:
    visitor.post("account/phone/change/", phone=said)
    sms = capsys.readouterr().out
    assert f"SMS to {NUMBER}" in sms, visitor.text
    return visitor.post("account/phone/verify/", code=code_of(sms))


def test_a_number_is_proven_by_a_code_and_logs_in_by_sms_from_then_on(visitor, capsys):
    log_in(visitor)
    assert NUMBER in add_phone(visitor, capsys) or NUMBER in visitor.get("account")
    assert User.objects.get().phone == NUMBER
    other = Visitor()
    page = other.post("account/login/code/", phone="0033 6 39.98.12.03")
    assert "We have sent a code to +33639981203" in page
    page = other.post("account/login/code/confirm/", code=code_of(capsys.readouterr().out))
    assert EMAIL in page


def test_a_wrong_code_proves_no_number(visitor, capsys):
    log_in(visitor)
    visitor.post("account/phone/change/", phone=NUMBER)
    assert "Incorrect code" in visitor.post("account/phone/verify/", code="000000")
    assert User.objects.get().phone is None


@pytest.mark.parametrize("odd", ["12", "06 39 98", "+33 (0)", "<script>", "１２３"])
def test_an_odd_number_is_refused_beside_its_field_and_stays_typed(visitor, capsys, odd):
    log_in(visitor)
    page = visitor.post("account/phone/change/", phone=odd)
    assert 'aria-invalid="true"' in page and "phone number" in page
    assert "SMS to" not in capsys.readouterr().out


def test_nobody_learns_which_numbers_have_an_account(visitor, capsys):
    page = visitor.post("account/login/code/", phone=NUMBER)
    assert "We have sent a code to +33639981203" in page
    assert "SMS to" not in capsys.readouterr().out


def test_a_number_opens_one_account_only(visitor, capsys):
    log_in(visitor)
    add_phone(visitor, capsys)
    cache.clear()  # one code in ten seconds
    other = Visitor()
    log_in(other, "leo@example.org")
    assert "already registered" in add_phone(other, capsys)
    assert dict(User.objects.values_list("email", "phone")) == {EMAIL: NUMBER, "leo@example.org": None}
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(email="leo@example.org").update(phone=NUMBER)
    prove_phone(user=User.objects.get(email="leo@example.org"), phone=NUMBER)
    assert dict(User.objects.values_list("email", "phone")) == {EMAIL: None, "leo@example.org": NUMBER}


def test_a_code_that_cannot_be_sent_is_said_and_nothing_is_kept(visitor, settings):
    log_in(visitor)
    settings.COMPTOIR_SMS_TRANSPORT = "pigeon"
    page = visitor.post("account/phone/change/", phone=NUMBER)
    assert visitor.status == 503 and "could not be sent" in page
    assert User.objects.get().phone is None


def test_without_a_transport_for_sms_nobody_is_asked_for_a_number(visitor, settings):
    settings.ACCOUNT_LOGIN_METHODS = {"email"}
    assert 'name="phone"' not in visitor.get("account/login/code/")
    log_in(visitor)
    assert "A code by SMS" not in visitor.get("account")


def test_the_questions_of_a_passkey_are_this_houses_and_a_made_up_answer_opens_nothing(visitor):
    answer = visitor.client.get(
        visitor.base + "account/2fa/webauthn/login/", headers={"Accept": "application/json"}
    )
    options = answer.json()["request_options"]["publicKey"]
    assert (options["rpId"], options["userVerification"]) == ("testserver", "required")
    for said in ("", "{}", "[]", "x", json.dumps({"response": {"userHandle": "MQ"}})):
        visitor.post("account/2fa/webauthn/login/", credential=said)
        assert "Log out" not in visitor.follow(visitor.base + "account")


def test_without_scripts_the_page_of_passkeys_says_so_and_leads_back(visitor):
    """The form shows itself by the script that it needs; what says so goes when there are scripts."""
    log_in(visitor)
    page = visitor.follow(visitor.base + "account/2fa/webauthn/add/")
    assert 'data-passkey="create" novalidate hidden' in page and 'class="no-script notice"' in page
    assert 'href="/web/en/account">Back to your account' in page


def test_who_has_a_password_types_it_before_a_passkey_is_added(visitor):
    log_in(visitor)
    assert "What do you call this device?" in visitor.follow(visitor.base + "account/2fa/webauthn/add/")
    visitor.post("account/password/set/", password1="a-long-password", password2="a-long-password")
    log_in(visitor)
    assert "Type your password once more" in visitor.follow(visitor.base + "account/2fa/webauthn/add/")
    page = visitor.post(
        "account/reauthenticate/?next=/web/en/account/2fa/webauthn/add/", password="a-long-password"
    )
    assert "What do you call this device?" in page
    assert not Authenticator.objects.exists()


def test_codes_are_sent_to_a_number_only_so_often(visitor, capsys):
    log_in(visitor)
    visitor.post("account/phone/change/", phone=NUMBER)
    page = visitor.post("account/phone/change/", phone=NUMBER)
    assert visitor.status == 429 and "That was often." in page
    assert capsys.readouterr().out.count("SMS to") == 1


def other_house(visitor: Visitor) -> str:
    """Where the other house asks who somebody is; its page is its own, so nobody looks at it here."""
    return visitor.client.post(visitor.base + "account/dummy/login/")["Location"].removeprefix(visitor.base)


def test_an_account_of_another_house_opens_one_here_after_its_e_mail_is_checked(visitor):
    assert "Go on with Dummy" in visitor.get("account/login/code/")
    visitor.post(other_house(visitor), id="17", email=EMAIL, email_verified="")
    code = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.outbox[-1].body, re.MULTILINE)[1]
    assert EMAIL in visitor.post("account/confirm-email/", code=code)
    assert SocialAccount.objects.get().user.email == EMAIL


def test_who_says_no_at_the_other_house_is_not_logged_in(visitor):
    page = visitor.post(other_house(visitor), action="cancel")
    assert "You are not logged in" in page
    assert not User.objects.exists()
