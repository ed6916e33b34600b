"""One-time passwords, as an authenticator makes them."""

import base64
import hashlib
import hmac
import time


def one_time_code(seed, steps=0, at=None):
    """RFC 6238 from a Base32 seed: six digits, steps of 30 seconds from now, or from another time."""
    counter = int(time.time() if at is None else at) // 30 + steps
    digest = hmac.digest(base64.b32decode(seed), counter.to_bytes(8), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"
