"""A double of Stripe on 127.0.0.1, spoken to by the real library: as much of it as the gateway uses.

It keeps customers, sessions, payment methods, intents, refunds and disputes, answers a repeated idempotency key with
what it answered before, and refuses one with other parameters. A test is the payer (`leave`, `authenticate`), the bank
(`settle`, `dispute`, `decide`) and the network (`lose_answers`, `down`), and delivers the events that came of it in the
order and as often as it likes.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from django.test import Client
from stripe import WebhookSignature

from tests.billing.stripe_http import Thing, handler

KEY = "sk_test_double"
SECRET = "whsec_double"

VISA = "4242424242424242"
POOR = "4000000000009995"
EXPIRED = "4000000000000069"
STOLEN = "4000000000009979"
WANTS_CONFIRMING = "4000002760003184"
IBAN = "NL39RABO0300065264"  # direct debit: on its way for days
DECLINES = {POOR: "insufficient_funds", EXPIRED: "expired_card", STOLEN: "stolen_card"}


class RefusedError(Exception):
    """What is answered with an error."""

    def __init__(self, status: int, **error: Any) -> None:
        super().__init__(error.get("message", ""))
        self.status = status
        self.body = {"error": {"message": "refused", **error}}


class Stripe:
    """The double. `calls` are the requests that arrived, as "POST /v1/refunds"."""

    def __init__(self) -> None:
        self.reset()
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self, KEY))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def reset(self) -> None:
        """Forget everything."""
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.calls: list[str] = []
        self.lose_answers = 0  # of so many POSTs of intents and refunds the answer is lost after they were carried out
        self.down = False
        self._answers: dict[str, tuple[Any, int, bytes]] = {}
        self._count: dict[str, int] = defaultdict(int)

    def forget_keys(self) -> None:
        """A day has passed."""
        self._answers.clear()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # -- what a test sees and does

    def all(self, prefix: str) -> list[Thing]:
        """The things whose number begins so, oldest first."""
        return [thing for number, thing in self.things.items() if number.startswith(f"{prefix}_")]

    def leave(self, session: str, number: str, *, at_once: bool = True) -> Thing:
        """The payer leaves a card, or an account, in a session; its bank agrees at once, or later."""
        there = self.things[session]
        method = self._new("pm", customer=there["customer"], **_looks(number), number=number)
        status = "succeeded" if at_once else "processing"
        setup = self._new("seti", status=status, payment_method=method["id"], customer=there["customer"])
        there.update(status="complete", setup_intent=setup["id"])
        self._tell("checkout.session.completed", there)
        if at_once:
            self.agree(setup["id"])
        return method

    def agree(self, setup: str) -> None:
        """The bank agrees to what was left."""
        self.things[setup]["status"] = "succeeded"
        self._tell("setup_intent.succeeded", self.things[setup])

    def used(self, page: str, number: str) -> str:
        """The payer has used a page in a browser, of a session or of the bank; where it goes on."""
        there = self.things[number]
        if page == "pay":
            self.leave(number, WANTS_CONFIRMING)
            return str(there["success_url"].replace("{CHECKOUT_SESSION_ID}", number))
        back = str(there["next_action"]["redirect_to_url"]["return_url"])
        self.authenticate(number)
        return back

    def authenticate(self, intent: str, *, confirmed: bool = True) -> None:
        """The payer confirms at the bank, or refuses."""
        there = self.things[intent]
        there["next_action"] = None
        if confirmed:
            self._succeed(there)
        else:
            self._fail(there, {"code": "payment_intent_authentication_failure"})

    def settle(self, intent: str, *, arrived: bool) -> None:
        """A direct debit arrives, or is returned, also after it had arrived."""
        there = self.things[intent]
        if arrived:
            self._succeed(there)
        else:
            self._fail(there, {"code": "insufficient_funds"})

    def dispute(self, intent: str) -> Thing:
        """The payer has the bank take the money back."""
        there = self.things[intent]
        made = self._new(
            "dp", payment_intent=intent, amount=there["amount"], currency=there["currency"], status="needs_response",
            reason="fraudulent",
        )  # fmt: skip
        self._tell("charge.dispute.created", made)
        return made

    def decide(self, dispute: str, *, won: bool) -> None:
        """The bank decides a dispute."""
        self.things[dispute]["status"] = "won" if won else "lost"
        self._tell("charge.dispute.closed", self.things[dispute])

    def give_back(self, intent: str, amount: int) -> Thing:
        """The operator gives money back on Stripe's own pages."""
        return self._refund({"payment_intent": intent, "amount": str(amount)})

    def fail_refund(self, refund: str) -> None:
        """The bank does not take a refund."""
        self.things[refund]["status"] = "failed"
        self._tell("refund.failed", self.things[refund])

    def sign(self, event: Thing, *, secret: str = SECRET, age: int = 0) -> tuple[str, str]:
        """The body of an event and its signature, made `age` seconds ago."""
        body = json.dumps(event)
        return body, WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)

    def deliver(self, *events: Thing, secret: str = SECRET, age: int = 0) -> list[int]:
        """Tell events, all that wait unless some are named; the statuses of the answers."""
        found = []
        for event in events or list(self.events):
            body, signature = self.sign(event, secret=secret, age=age)
            answer = Client().post(
                "/webhooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": signature}
            )
            found.append(answer.status_code)
        return found

    # -- what it does by itself

    def _new(self, prefix: str, **values: Any) -> Thing:
        names = {"cus": "customer", "cs": "checkout.session", "pm": "payment_method", "pi": "payment_intent",
                 "seti": "setup_intent", "re": "refund", "dp": "dispute"}  # fmt: skip
        self._count[prefix] += 1
        made = {"id": f"{prefix}_{self._count[prefix]}", "object": names[prefix], "metadata": {}, **values}
        self.things[made["id"]] = made
        return made

    def _tell(self, kind: str, thing: Thing) -> None:
        self._count["evt"] += 1
        snapshot = json.loads(json.dumps(thing))
        self.events.append(
            {"id": f"evt_{self._count['evt']}", "object": "event", "type": kind, "data": {"object": snapshot}}
        )

    def answer(self, method: str, path: str, params: Thing, key: str) -> tuple[int, bytes] | None:
        """The answer to a request; None for none."""
        with self._lock:
            self.calls.append(f"{method} {path}")
            if self.down:
                return 503, b'{"error": {"message": "down", "type": "api_error"}}'
            known = self._answers.get(key) if method == "POST" else None
            if known is not None:
                if known[0] != (path, params):
                    refused = RefusedError(400, type="idempotency_error", message="other parameters")
                    return 400, json.dumps(refused.body).encode()
                return known[1], known[2]
            try:
                status, body = 200, json.dumps(self._route(method, path.removeprefix("/v1/").split("/"), params))
            except RefusedError as refused:
                status, body = refused.status, json.dumps(refused.body)
            if method == "POST":
                self._answers[key] = ((path, params), status, body.encode())
            if self.lose_answers and method == "POST" and path in ("/v1/payment_intents", "/v1/refunds"):
                self.lose_answers -= 1
                return None
            return status, body.encode()

    def _route(self, method: str, parts: list[str], params: Thing) -> Thing:
        made = self._post(parts, params) if method == "POST" else self._get(parts, params)
        if made is None:
            raise RefusedError(404, type="invalid_request_error", message=f"no such address: {parts}")
        return made

    def _post(self, parts: list[str], params: Thing) -> Thing | None:
        match parts:
            case ["customers"]:
                return self._new("cus", **params)
            case ["customers", number]:
                self._there(number).update(params)
                return self._there(number)
            case ["checkout", "sessions"]:
                self._there(params["customer"])
                made = self._new("cs", status="open", setup_intent=None, **params)
                made["url"] = f"{self.url}/pay/{made['id']}"
                return made
            case ["payment_intents"]:
                return self._charge(params)
            case ["payment_intents", number, "confirm"]:
                return self._confirm(self._there(number), params)
            case ["payment_intents", number, "cancel"]:
                return self._cancel(self._there(number))
            case ["payment_methods", number, "detach"]:
                return self._detach(self._there(number))
            case ["refunds"]:
                return self._refund(params)
        return None

    def _get(self, parts: list[str], params: Thing) -> Thing | None:
        match parts:
            case ["checkout", "sessions", number]:
                return self._expanded(self._there(number))
            case ["setup_intents", number]:
                there = self._there(number)
                return there | {"payment_method": self.things[there["payment_method"]]}
            case ["payment_intents"]:
                rows = [one for one in self.all("pi") if one["customer"] == params["customer"]]
                return _list(rows[::-1], "/v1/payment_intents")
            case ["refunds"]:
                rows = [one for one in self.all("re") if one["payment_intent"] == params["payment_intent"]]
                return _list(rows, "/v1/refunds")
            case [_, number]:
                return self._there(number)
        return None

    def _there(self, number: str) -> Thing:
        if number not in self.things:
            raise RefusedError(400, type="invalid_request_error", code="resource_missing", message=f"No such {number}")
        return self.things[number]

    def _expanded(self, session: Thing) -> Thing:
        setup = self.things.get(session["setup_intent"] or "")
        method = self.things[setup["payment_method"]] if setup else None
        return session | {"setup_intent": setup and setup | {"payment_method": method}}

    def _charge(self, params: Thing) -> Thing:
        method = self._there(params["payment_method"])
        if method["customer"] != params["customer"]:
            raise RefusedError(400, type="invalid_request_error", message="The payment method is not the customer's.")
        made = self._new(
            "pi", amount=int(params["amount"]), currency=params["currency"], customer=params["customer"],
            payment_method=method["id"], status="requires_confirmation", last_payment_error=None, next_action=None,
            metadata=params["metadata"], description=params["description"],
        )  # fmt: skip
        number = method["number"]
        if number == WANTS_CONFIRMING:
            self._refuse(made, {"code": "authentication_required", "decline_code": "authentication_required"})
        return self._try(made, number)

    def _try(self, intent: Thing, number: str) -> Thing:
        if number in DECLINES:
            self._refuse(intent, {"code": "card_declined", "decline_code": DECLINES[number]})
        if number == IBAN:
            intent["status"] = "processing"
            self._tell("payment_intent.processing", intent)
        else:
            self._succeed(intent)
        return intent

    def _confirm(self, intent: Thing, params: Thing) -> Thing:
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise RefusedError(400, type="invalid_request_error", code="payment_intent_unexpected_state")
        method = self._there(params["payment_method"])
        intent.update(payment_method=method["id"], last_payment_error=None)
        if method["number"] != WANTS_CONFIRMING:
            return self._try(intent, method["number"])
        to = {"url": f"{self.url}/3ds/{intent['id']}", "return_url": params["return_url"]}
        intent.update(status="requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": to})
        self._tell("payment_intent.requires_action", intent)
        return intent

    def _cancel(self, intent: Thing) -> Thing:
        if intent["status"] in ("succeeded", "processing", "canceled"):
            raise RefusedError(400, type="invalid_request_error", code="payment_intent_unexpected_state")
        intent["status"] = "canceled"
        self._tell("payment_intent.canceled", intent)
        return intent

    def _detach(self, method: Thing) -> Thing:
        if method["customer"] is None:
            raise RefusedError(400, type="invalid_request_error", message="It is not attached.")
        method["customer"] = None
        self._tell("payment_method.detached", method)
        return method

    def _refund(self, params: Thing) -> Thing:
        intent = self._there(params["payment_intent"])
        given = sum(one["amount"] for one in self.all("re") if one["payment_intent"] == intent["id"])
        if given + int(params["amount"]) > intent["amount"]:
            raise RefusedError(400, type="invalid_request_error", code="charge_already_refunded")
        made = self._new(
            "re", payment_intent=intent["id"], amount=int(params["amount"]), currency=intent["currency"],
            status="succeeded", metadata=params.get("metadata", {}),
        )  # fmt: skip
        self._tell("refund.created", made)
        return made

    def _succeed(self, intent: Thing) -> None:
        intent.update(status="succeeded", last_payment_error=None)
        self._tell("payment_intent.succeeded", intent)

    def _fail(self, intent: Thing, error: Thing) -> None:
        method = {one: self.things[intent["payment_method"]][one] for one in ("id", "object", "customer", "type")}
        intent.update(
            status="requires_payment_method",
            last_payment_error={"type": "card_error", "payment_method": method, **error},
        )
        self._tell("payment_intent.payment_failed", intent)

    def _refuse(self, intent: Thing, error: Thing) -> None:
        self._fail(intent, error)
        raise RefusedError(402, payment_intent=dict(intent), **intent["last_payment_error"])


def _looks(number: str) -> Thing:
    if number == IBAN:
        return {"type": "sepa_debit", "sepa_debit": {"country": number[:2], "last4": number[-4:]}}
    return {"type": "card", "card": {"brand": "visa", "last4": number[-4:], "exp_month": 8, "exp_year": 2030}}


def _list(rows: list[Thing], url: str) -> Thing:
    return {"object": "list", "data": rows, "has_more": False, "url": url}


@contextmanager
def running() -> Iterator[Stripe]:
    """A double for the length of the block."""
    double = Stripe()
    try:
        yield double
    finally:
        double.close()
