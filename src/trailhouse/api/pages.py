"""The page that tells people what the API can do, made from its own description: nothing comes from elsewhere."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from trailhouse.api.access import OPERATOR, PEOPLE, REQUESTS_AN_HOUR, SITES, STATS
from trailhouse.api.api import api
from trailhouse.api.openapi import operations
from trailhouse.api.schema import JSON, pretty
from trailhouse.core.settings import settings

MEANINGS = {
    STATS: "Figures of the key's sites, single visits, funnels, and exports.",
    SITES: "The sites, and what they keep: goals, funnels, segments, notes, costs, links, guests, properties.",
    PEOPLE: "People, invitations and clients of the key's account. For keys of all sites alone.",
    OPERATOR: "Accounts of the instance and their usage. For keys of who runs it alone.",
}


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """All operations by the scope that opens them, with examples and errors."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for method, path, one in operations(api.get_openapi_schema()):
        groups[one["tags"][0]].append(_told(method, path, one))
    context = {
        "groups": [
            {"scope": scope, "meaning": meaning, "operations": groups[scope]}
            for scope, meaning in MEANINGS.items()
            if groups[scope]
        ],
        "url": settings().url,
        "limit": REQUESTS_AN_HOUR,
    }
    return render(request, "api/docs.html", context)


def _told(method: str, path: str, one: dict[str, Any]) -> dict[str, Any]:
    body = one.get("requestBody", {}).get("content", {}).get(JSON, {})
    answers = one["responses"]
    return {
        "key": one["operationId"],
        "method": method,
        "path": path,
        "summary": one["summary"],
        "description": _marked(one["description"]),
        "parameters": [(p["name"], _marked(p["description"]), p.get("required", False)) for p in one["parameters"]],
        "body": pretty(body["example"]) if body else "",
        "fields": _fields(body.get("schema", {})),
        "answer": _example(answers[200]["content"]),
        "errors": [(status, told["description"]) for status, told in answers.items() if status != 200],
    }


def _example(content: dict[str, Any]) -> str:
    """The answer as JSON; of a file what it is."""
    return pretty(content[JSON]["example"]) if JSON in content else next(iter(content.values()))["example"]


def _fields(schema: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The values of a body: name, meaning, whether it is needed; those without a meaning stand in the example."""
    needed = set(schema.get("required", ()))
    found = [(name, _marked(_meaning(value)), name in needed) for name, value in schema.get("properties", {}).items()]
    return [one for one in found if one[1] or one[2]]


def _meaning(value: dict[str, Any]) -> str:
    inner: dict[str, Any] = next((one for one in value.get("anyOf", ()) if "description" in one), {})
    return str(value.get("description") or inner.get("description", ""))


def _marked(text: str) -> str:
    """Text in which what stands between backticks is code."""
    parts = ((("<code>{}</code>" if place % 2 else "{}"), part) for place, part in enumerate(text.split("`")))
    return mark_safe("".join(format_html(form, part) for form, part in parts))
