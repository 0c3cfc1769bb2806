"""Where a job's end and its dead rows are told: SNS, a webhook with a signed body, a queue, and always the log."""

import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from lectern.errors import StoreUnavailable
from lectern.logs import Logger
from lectern.services.client import client, translated
from lectern.settings import settings

TIMEOUT = 5.0


def tell(subject: str, document: Mapping[str, Any]) -> None:
    """Send `document` wherever the settings name a place. It holds no student's text. Raises StoreUnavailable."""
    config, body = settings(), json.dumps(document, sort_keys=True)
    Logger("jobs").info(subject, **document)
    if config.topic:
        with translated("SNS"):
            client("sns").publish(TopicArn=config.topic, Subject=subject, Message=body)
    if config.webhook:
        _post(config.webhook, body.encode(), config.webhook_key)


def bury(letters: Sequence[Mapping[str, Any]]) -> None:
    """Put what could not be done into the dead-letter queue, where there is one. Raises StoreUnavailable."""
    queue = settings().dead_letters
    for letter in letters if queue else ():
        with translated("SQS"):
            client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(letter, sort_keys=True))


def signature(key: str, seconds: int, body: bytes) -> str:
    """HMAC-SHA256 of `seconds.body`, so that an old message can be told from a new one; hexadecimal."""
    return hmac.new(key.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()


def _post(address: str, body: bytes, key: str) -> None:
    now = int(time.time())
    headers = {"Content-Type": "application/json", "Lectern-Signature": f"t={now},v1={signature(key, now, body)}"}
    request = urllib.request.Request(address, body, headers)  # noqa: S310  # the operator's own address
    try:
        urllib.request.urlopen(request, timeout=TIMEOUT).close()  # noqa: S310
    except OSError as error:
        raise StoreUnavailable(f"The webhook does not take a message: {type(error).__name__}.") from error
