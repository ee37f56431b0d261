"""Owns `views.*`: modals are opened by a trigger, a Home is published to a person."""

from bot.sandbox.slack.blocks import check_view
from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Refused
from bot.sandbox.slack.views import MOST_OPEN, View, view_object


def open_view(call: Call) -> Json:
    sent = check_view(call.json("view"), kinds=("modal",))
    trigger = call.world.triggers.use(call.text("trigger_id"), call.token.app)
    call.world.views.close_all(trigger.person)
    return {"view": view_object(shown(call, trigger.person, sent))}


def push(call: Call) -> Json:
    sent = check_view(call.json("view"), kinds=("modal",))
    trigger = call.world.triggers.use(call.text("trigger_id"), call.token.app)
    if trigger.view_id is None:
        raise Refused("not_found")
    if len(call.world.views.of(trigger.person)) >= MOST_OPEN:
        raise Refused("push_limit_reached")
    return {"view": view_object(shown(call, trigger.person, sent))}


def shown(call: Call, person: Person, sent: Json) -> View:
    external = sent.get("external_id")
    if external and call.world.views.find(call.token.app.id, external_id=str(external)):
        raise Refused("duplicate_external_id")
    return call.world.views.open(call.installation, person, sent)


def update(call: Call) -> Json:
    sent = check_view(call.json("view"))
    view_id, external_id = call.text("view_id") or None, call.text("external_id") or None
    view = None
    if view_id or external_id:
        view = call.world.views.find(call.token.app.id, view_id=view_id, external_id=external_id)
    if view is None:
        raise Refused("not_found")
    if sent["type"] != view.kind:
        raise Refused("invalid_arguments", messages=["the type of a view can not be changed [json-pointer:/view/type]"])
    if call.has("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")
    view.show(sent)
    return {"view": view_object(view)}


def publish(call: Call) -> Json:
    sent = check_view(call.json("view"), kinds=("home",))
    person = call.world.people.get(call.text("user_id"))
    if person is None or person.workspace is not call.token.workspace:
        raise Refused("user_not_found")
    known = call.world.views.home(call.token.app.id, person)
    if known is not None and call.has("hash") and call.text("hash") != known.hash:
        raise Refused("hash_conflict")
    return {"view": view_object(call.world.views.publish(call.installation, person, sent))}


METHODS = (
    Method(name="views.open", handle=open_view, tier=4, required=("trigger_id", "view")),
    Method(name="views.push", handle=push, tier=4, required=("trigger_id", "view")),
    Method(name="views.update", handle=update, tier=4, required=("view",), optional=("view_id", "external_id", "hash")),
    Method(name="views.publish", handle=publish, tier=4, required=("user_id", "view"), optional=("hash",)),
)
