"""The description of the API is complete, and the page that is made from it shows all of it."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client

from trailhouse.api import bodies, bodies_sites
from trailhouse.api.api import api
from trailhouse.api.openapi import operations
from trailhouse.sites.models import Section
from trailhouse.stats.dimensions import DIMENSIONS
from trailhouse.stats.metrics import METRICS

DOCS = Path(__file__).parents[2] / "docs"
WORDS = {"{domain}": "DOMAIN", "{prop}": "PROPERTY", "{email}": "EMAIL"}  # of addresses, as the pages write them

OPERATIONS = [
    pytest.param(path, one, id=f"{method} {path}") for method, path, one in operations(api.get_openapi_schema())
]


def examples_of(content: dict[str, Any]) -> list[Any]:
    return [told["example"] for told in content.values() if "schema" in told and "example" in told]


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_an_operation_is_told_whole(path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert {"apiKey": operation["tags"]} in operation["security"]
    assert examples_of(operation["responses"][200]["content"])
    assert {401, 403, 429} <= operation["responses"].keys()
    for told in operation["responses"].values():
        assert told["description"]
        assert examples_of(told["content"])
    for one in operation["parameters"]:
        assert one["description"], one["name"]
        assert "example" in one
    named = [one["name"] for one in operation["parameters"]]
    assert len(named) == len(set(named))
    assert {f"{{{one['name']}}}" for one in operation["parameters"] if one["in"] == "path"} == {
        part for part in path.split("/") if part.startswith("{")
    }
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        assert len(examples_of(content)) == len(content)


def test_each_operation_has_a_name_of_its_own() -> None:
    names = [one["operationId"] for _, _, one in operations(api.get_openapi_schema())]
    assert len(names) == len(set(names))


def test_the_description_names_its_key_and_its_error() -> None:
    told = Client().get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert told["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
    assert set(told["components"]["schemas"]["Error"]["required"]) == {"error", "code"}


def test_what_the_description_refers_to_is_in_it() -> None:
    text = Client().get("/api/openapi.json").content.decode()
    assert set(re.findall(r'"\$ref": ?"([^"]*)"', text)) == {"#/components/schemas/Error"}


@pytest.mark.parametrize(
    "kind",
    [
        one
        for one in (*vars(bodies).values(), *vars(bodies_sites).values())
        if isinstance(one, type)
        and issubclass(one, msgspec.Struct)
        and one not in (msgspec.Struct, bodies_sites.FunnelStep)
    ],
)
def test_the_example_of_a_body_is_one(kind: type[msgspec.Struct]) -> None:
    found = [
        content["example"]
        for path in api.get_openapi_schema()["paths"].values()
        for one in path.values()
        for content in one.get("requestBody", {}).get("content", {}).values()
        if content["schema"].get("title") == kind.__name__
    ]
    assert found
    for example in found:
        msgspec.convert(example, kind)


def test_the_sections_of_bodies_are_those_of_sites() -> None:
    (told,) = msgspec.json.schema_components([bodies.PersonChange])[1].values()
    words = next(one for one in told["properties"]["sections"].values() if isinstance(one, dict))["enum"]
    assert sorted(words) == sorted(Section.values)


@pytest.mark.django_db
def test_the_page_shows_every_operation_to_everybody() -> None:
    page = Client().get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    for method, path, one in operations(api.get_openapi_schema()):
        assert f'>{method}</span> <code class="path">{path}</code>' in text
        assert one["summary"].replace("'", "&#x27;") in text
    assert "<script>" not in text
    assert " style=" not in text


@pytest.mark.parametrize("name", [*METRICS, *DIMENSIONS])
def test_what_a_query_can_ask_for_is_documented(name: str) -> None:
    text = (DOCS / "query-api.md").read_text()
    assert f"`{name}`" in text or f"`{name.split(':', 1)[-1]}`" in text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for method, path, one in operations(api.get_openapi_schema())
        if one["tags"][0] in ("stats", "sites") and path.startswith("/api/v1/")
    ],
)
def test_an_operation_on_sites_is_documented(method: str, path: str) -> None:
    text = "".join((DOCS / name).read_text() for name in ("stats-api.md", "sites-api.md", "query-api.md"))
    words = [WORDS.get(part, "ID") if part.startswith("{") else part for part in path.split("/")]
    whole = "/".join(words)
    assert f"{method} {whole}" in text or f"{method} {whole.removeprefix('/api/v1/stats')}" in text
