"""Owns one webhook's way over the wire: its headers, its signature over the raw bytes, and the answer."""

import hmac
from collections.abc import Mapping

import aiohttp

from bot.sandbox.github.deliveries import Answered, Letter

RESPONSE_LIMIT = 65_536
NOT_CONNECTED = Answered.without_us(502)
TIMED_OUT = Answered.without_us(504)


def headers_of(letter: Letter, *, enterprise_version: str | None) -> dict[str, str]:
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/5a4cb1c",
        "X-GitHub-Delivery": letter.guid,
        "X-GitHub-Event": letter.event,
        "X-GitHub-Hook-ID": str(letter.app.hook_id),
        "X-GitHub-Hook-Installation-Target-ID": str(letter.app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
    }
    if enterprise_version is not None:
        headers |= {"X-GitHub-Enterprise-Host": "127.0.0.1", "X-GitHub-Enterprise-Version": enterprise_version}
    if letter.app.webhook_secret:
        headers["X-Hub-Signature"] = f"sha1={sign(letter, 'sha1')}"
        headers["X-Hub-Signature-256"] = f"sha256={sign(letter, 'sha256')}"
    return headers


def sign(letter: Letter, digest: str) -> str:
    return hmac.new(letter.app.webhook_secret.encode(), letter.body, digest).hexdigest()


async def post(session: aiohttp.ClientSession, letter: Letter, headers: Mapping[str, str], seconds: float) -> Answered:
    """No redirect is followed: GitHub counts a 302 as a failure."""
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with session.post(
            letter.url, data=letter.body, headers=headers, allow_redirects=False, timeout=timeout
        ) as response:
            text = (await response.content.read(RESPONSE_LIMIT)).decode(errors="replace")
            status = "OK" if response.status < 300 else f"Invalid HTTP Response: {response.status}"
            return Answered(response.status, status, dict(response.headers), text)
    except TimeoutError:
        return TIMED_OUT
    except (aiohttp.ClientError, OSError):
        return NOT_CONNECTED
