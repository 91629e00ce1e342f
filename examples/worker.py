#!/usr/bin/env python3
"""A worker in Python (3.9 or newer, standard library only): claims, delivers ten at a time, holds its lease as long as that takes, settles.

docs/workers.md is the contract.

  CRM_URL=http://localhost:8006 CRM_TOKEN=… CHANNEL=email PROVIDER_URL=https://provider.example/messages examples/worker.py

SIGTERM lets the deliveries under way end, settles what is done and gives back the rest.
"""

import json
import os
import random
import signal
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

missing = [name for name in ("CRM_URL", "CRM_TOKEN", "PROVIDER_URL", "CHANNEL") if not os.environ.get(name)]
if missing:
    sys.exit(f"Set {', '.join(missing)}")

CRM_URL = os.environ["CRM_URL"]
CRM_TOKEN = os.environ["CRM_TOKEN"]
PROVIDER_URL = os.environ["PROVIDER_URL"]
CHANNEL = os.environ["CHANNEL"]
LEASE_SECONDS = int(os.environ.get("LEASE_SECONDS", "60"))
BATCH = 100
AT_ONCE = 10
PROVIDER_SECONDS = 10


class LeaseLost(Exception):
    """Somebody else has what was open in it, or it has ended."""


class Stopped(BaseException):
    """Raised by a signal while nothing is held."""


stopping = threading.Event()
is_idle = False


def stop(*_):
    stopping.set()
    if is_idle:
        raise Stopped


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)


def post(url, body, headers, timeout):
    data = json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json", **headers}, method="POST")
    with urlopen(request, timeout=timeout) as answer:
        return json.load(answer)


def call(verb, body):
    """Asks the service until it answers. The Idempotency-Key makes every repetition harmless: a claim whose answer was lost on
    the way gives the same lease again."""
    headers = {"Authorization": f"Bearer {CRM_TOKEN}", "Idempotency-Key": str(uuid.uuid4())}
    for attempt in range(9):
        try:
            return post(f"{CRM_URL}/notifications/{verb}", body, headers, timeout=60)
        except HTTPError as error:
            trouble = json.load(error)
            if trouble["type"].endswith(":lease-lost"):
                raise LeaseLost(trouble["detail"]) from None
            if error.code < 500 and not trouble["type"].endswith(":idempotency-key-in-use"):
                raise
        except OSError as error:  # no connection, or it was cut
            trouble = error
        time.sleep(min(0.5 * 2**attempt, 10) * random.uniform(0.5, 1))
    raise RuntimeError(f"{verb}: {trouble}")


def deliver(notification):
    """@returns the list it belongs to, and what is to be said of it there"""
    message = {
        "to": notification["data"].get("email") or notification["user_id"],
        "title": notification["title"],
        "message": notification["message"],
    }
    said = {"id": notification["id"]}
    try:
        # the same id however often it is tried: the provider drops repetitions by it
        answer = post(PROVIDER_URL, message, {"Idempotency-Key": notification["id"]}, PROVIDER_SECONDS)
        return "sent", {**said, "delivery_info": {"provider_id": answer.get("id")}}
    except HTTPError as error:
        said["error"] = f"provider: {error.code}"
        if error.code not in (408, 429) and error.code < 500:
            return "failed", {**said, "retry": False}
        after = error.headers.get("Retry-After", "")
        if after.isdigit():
            said["retry_after_seconds"] = min(int(after), 86_400)
        return "failed", said
    except (OSError, ValueError):  # it may have been sent: the provider knows its id when it comes again
        return "failed", {**said, "error": "provider: no answer"}


def hold(lease_token, done, lost):
    while not done.wait(LEASE_SECONDS / 3):
        try:
            call("extend", {"lease_token": lease_token, "lease_seconds": LEASE_SECONDS})
        except LeaseLost:
            lost.set()
            return
        except Exception as error:  # the next one may get through
            print(error, file=sys.stderr)


def work_off(lease_token, notifications):
    done, lost = threading.Event(), threading.Event()
    holding = threading.Thread(target=hold, args=(lease_token, done, lost))
    holding.start()

    def deliver_unless_stopped(notification):
        return None if stopping.is_set() or lost.is_set() else deliver(notification)

    outcomes = {"sent": [], "failed": []}
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for outcome in pool.map(deliver_unless_stopped, notifications):
                if outcome:
                    outcomes[outcome[0]].append(outcome[1])
    finally:
        done.set()
        holding.join()
    settled = call("settle", {"lease_token": lease_token, **outcomes})
    print(json.dumps(settled), flush=True)
    if settled["open"] > 0:
        call("release", {"lease_token": lease_token})


def main():
    global is_idle
    claim = {"channel": CHANNEL, "limit": BATCH, "lease_seconds": LEASE_SECONDS, "wait_seconds": 20, "worker": "worker.py"}
    while not stopping.is_set():
        try:
            is_idle = True
            lease = call("claim", claim)
            is_idle = False
            if lease["lease_token"]:
                work_off(lease["lease_token"], lease["notifications"])
        except Stopped:
            return
        except Exception as error:
            is_idle = False
            print(error, file=sys.stderr)
            stopping.wait(1)


main()
