"""Plays Stripe for tests: payment intents and refunds with a memory and idempotency keys, over real HTTP.

The shapes are those of Stripe's own fixtures (``stripe-mock``); that server forgets everything between two calls, so a
flow needs this one.
"""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


class StripeServer:
    """``url`` is its API. ``break_off`` next answers get lost after the work was done; ``decline`` refuses cards."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, tuple[int, Any]] = {}
        self.calls: list[str] = []
        self.break_off = 0
        self._numbers, self._lock = count(1), Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "StripeServer":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # --- what customers and Stripe do ---

    def customer_pays(self, intent: str) -> dict[str, Any]:
        one = self.intents[intent]
        charge = {"id": f"ch_{intent}", "object": "charge", "status": "succeeded", "amount": one["amount"]}
        one.update(status="requires_capture", amount_capturable=one["amount"], latest_charge=charge)
        return one

    def event(self, number: str, kind: str, thing: dict[str, Any]) -> str:
        """As Stripe writes it, with what is not expanded as a number only."""
        plain = {**thing}
        if isinstance(plain.get("latest_charge"), dict):
            plain["latest_charge"] = plain["latest_charge"]["id"]
        return json.dumps({"id": number, "object": "event", "type": kind, "data": {"object": plain}})

    # --- what it answers ---

    def answer(self, method: str, path: str, said: dict[str, str]) -> tuple[int, Any]:
        if method == "POST" and path == "/v1/payment_intents":
            return 200, self._open(said)
        if found := re.fullmatch(r"/v1/payment_intents/(\w+)(?:/(\w+))?", path):
            intent = self.intents.get(found[1])
            if intent is None:
                return self._no("resource_missing", 404)
            return self._change(intent, found[2], said) if found[2] else (200, intent)
        if method == "POST" and path == "/v1/refunds":
            return self._refund(said)
        if path == "/v1/refunds":
            rows = [one for one in self.refunds.values() if one["payment_intent"] == said["payment_intent"]]
            return 200, {"object": "list", "data": rows, "has_more": False, "url": "/v1/refunds"}
        return self._no("unknown_path", 404)

    def _open(self, said: dict[str, str]) -> dict[str, Any]:
        number = f"pi_{next(self._numbers)}"
        self.intents[number] = {
            "id": number, "object": "payment_intent", "status": "requires_payment_method",
            "amount": int(said["amount"]), "amount_capturable": 0, "amount_received": 0,
            "currency": said["currency"], "capture_method": said["capture_method"],
            "client_secret": f"{number}_secret_1", "latest_charge": None, "last_payment_error": None,
            "metadata": {"payment": said["metadata[payment]"]},
        }  # fmt: skip
        return self.intents[number]

    def _change(self, intent: dict[str, Any], action: str, said: dict[str, str]) -> tuple[int, Any]:
        if action == "cancel" and intent["status"] not in ("succeeded", "canceled"):
            intent.update(status="canceled", amount_capturable=0)
        elif action == "capture" and intent["status"] == "requires_capture":
            taken = int(said["amount_to_capture"])
            intent.update(status="succeeded", amount_capturable=0, amount_received=taken)
        else:
            return self._no("payment_intent_unexpected_state")
        return 200, intent

    def _refund(self, said: dict[str, str]) -> tuple[int, Any]:
        intent, amount = self.intents[said["payment_intent"]], int(said["amount"])
        given = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == intent["id"])
        if amount > intent["amount_received"] - given:
            return self._no("charge_already_refunded")
        number = f"re_{next(self._numbers)}"
        self.refunds[number] = {
            "id": number, "object": "refund", "status": "succeeded", "amount": amount,
            "currency": intent["currency"], "payment_intent": intent["id"],
            "metadata": {"command": said["metadata[command]"]},
        }  # fmt: skip
        return 200, self.refunds[number]

    def _no(self, code: str, status: int = 400) -> tuple[int, Any]:
        return status, {"error": {"type": "invalid_request_error", "code": code, "message": code}}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stripe = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                self._answer(*stripe.answer("GET", parts.path, _flat(parts.query)))

            def do_POST(self) -> None:
                said = _flat(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
                key = self.headers["Idempotency-Key"]
                with stripe._lock:
                    stripe.calls.append(f"{self.path} {key}")
                    if key not in stripe.kept:
                        stripe.kept[key] = stripe.answer("POST", self.path, said)
                    if stripe.break_off:
                        stripe.break_off -= 1
                        self.close_connection = True
                        return
                    self._answer(*stripe.kept[key])

            def _answer(self, status: int, value: Any) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
