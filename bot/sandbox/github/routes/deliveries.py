"""The app's webhook: where it goes, what went out, how it was answered, and once more please."""

from urllib.parse import urlencode

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.deliveries import Delivery
from bot.sandbox.github.paging import DEFAULT, MOST, whole_number
from bot.sandbox.github.refusals import not_found, unprocessable
from bot.sandbox.github.shapes import apps as shape


def config(call: Call) -> Answer:
    """An app whose webhook is switched off has none."""
    return Answer(shape.hook_config(call.app)) if call.app.webhook_url else not_found()


def deliveries(call: Call) -> Answer:
    """Newest first; the next page begins below the last id of this one."""
    found = [each for each in call.world.webhooks.recent() if each.letter.app is call.app]
    wanted = call.query.get("status")
    if wanted is not None:
        if wanted not in ("success", "failure"):
            unprocessable("Status must be one of success, failure")
        found = [each for each in found if each.ok == (wanted == "success")]
    cursor = call.query.get("cursor", "")
    if cursor:
        number = cursor.removeprefix("v1_")
        below = int(number) if number.isdecimal() else unprocessable("Invalid cursor")
        found = [each for each in found if each.id < below]
    size = min(whole_number(call.query, "per_page", DEFAULT), MOST)
    shown = found[:size]
    headers = {}
    if len(found) > size:
        query = urlencode(dict(call.query) | {"per_page": size, "cursor": f"v1_{shown[-1].id}"})
        headers["Link"] = f'<{call.url}?{query}>; rel="next"'
    return Answer([shape.delivery_item(each) for each in shown], headers=headers)


def one_delivery(call: Call) -> Answer:
    return Answer(shape.delivery(delivery_of(call)))


def redeliver(call: Call) -> Answer:
    call.world.webhooks.redeliver(delivery_of(call))
    return Answer({}, 202)


def delivery_of(call: Call) -> Delivery:
    number, app = call.number("delivery_id"), call.app
    for found in call.world.webhooks.recent():
        if found.id == number and found.letter.app is app:
            return found
    return not_found()


ROUTES = (
    Route("GET", "/app/hook/config", config),
    Route("GET", "/app/hook/deliveries", deliveries),
    Route("GET", "/app/hook/deliveries/{delivery_id}", one_delivery),
    Route("POST", "/app/hook/deliveries/{delivery_id}/attempts", redeliver),
)
