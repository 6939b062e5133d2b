"""What OpenAPI says of bodies, addresses, answers and errors that are read and written by hand."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from trailhouse.stats.dimensions import DIMENSIONS
from trailhouse.stats.metrics import METRICS

Doc = dict[str, Any]  # what ninja adds to the description of an operation

_PLAIN_LIST = re.compile(r"\[\s+([^\[\]{}]*?)\s+\]")
_TEXT = {"type": "string"}
JSON = "application/json"
FORMS = (JSON, "application/x-www-form-urlencoded", "multipart/form-data")
META = {"after": None, "before": None, "limit": 100}
ALSO = "x-also"  # further scopes that open an operation, beside its tag

# status → what it means, and an example of what is said
ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("What was sent does not fit; the text says what, and what to send.", "missing_value", "Missing site_id."),
    401: ("No key, or none that has the scope and opens the site.", "missing_key", "Missing API key."),
    403: (
        "The account is suspended, or the key may not do this.",
        "account_suspended",
        "This account is suspended. Ask its administrator.",
    ),
    404: ("The key's account does not have it.", "no_site", "There is no such site."),
    409: ("It is there already.", "site_exists", "client.example is in this account already."),
    410: ("It was used up, or has expired.", "invitation_void", "This invitation has been used."),
    429: (
        "Too many requests; Retry-After says in how many seconds the next one may come.",
        "too_many_requests",
        "This key is limited to 6000 requests an hour.",
    ),
    503: ("The store is away, or the question is too large for it.", "store_unavailable", "The store is away."),
}
USUAL = (400, 401, 403, 404, 429)
OF_FIGURES = (400, 401, 403, 429, 503)  # a site that is not the key's is a 401 there, as in Plausible


def doc(
    answer: Any, *parts: Doc, errors: Collection[int] = (), usual: Collection[int] = USUAL, says: str = "Done."
) -> Doc:
    """What is told of an operation: an example of its answer, from which the shape is read, and its errors."""
    told: Doc = {
        "responses": {
            200: {"description": says, "content": {JSON: {"schema": shape_of(answer), "example": _plain(answer)}}},
            **{status: error_answer(status) for status in sorted({*usual, *errors})},
        }
    }
    for part in parts:
        told["parameters"] = [*told.get("parameters", ()), *part.get("parameters", ())]
        told |= {name: value for name, value in part.items() if name != "parameters"}
    return told


def file_doc(types: Collection[str], *parts: Doc, errors: Collection[int] = ()) -> Doc:
    """What is told of an operation that answers with a file of one of these media types."""
    told = doc("The content of the file.", *parts, errors=errors, says="The file, of the media type of its format.")
    shape = {"schema": {**_TEXT, "format": "binary"}, "example": "The content of the file."}
    told["responses"][200]["content"] = dict.fromkeys(types, shape)
    return told


def error_answer(status: int) -> Doc:
    """The answer of this status, with an example."""
    meaning, code, message = ERRORS[status]
    example = {"error": message, "code": code}
    return {"description": meaning, "content": {JSON: {"schema": {"$ref": ERROR_REF}, "example": example}}}


ERROR_REF = "#/components/schemas/Error"
ERROR_SCHEMA = {
    "type": "object",
    "required": ["error", "code"],
    "properties": {
        "error": {**_TEXT, "description": "What happened and what to do, in the language of the request."},
        "code": {**_TEXT, "description": "The same in every language."},
    },
}


def shape_of(example: Any) -> Doc:
    """The JSON schema of everything that looks like `example`; null stands for a text that may be missing."""
    if example is None:
        return {"type": ["string", "null"]}
    if isinstance(example, bool):
        return {"type": "boolean"}
    if isinstance(example, Perhaps):
        return {"type": [shape_of(example.value)["type"], "null"]}
    if isinstance(example, int):
        return {"type": "integer"}
    if isinstance(example, float):
        return {"type": ["number", "null"]}  # a share is null where there is nothing to divide by
    if isinstance(example, str):
        return _TEXT
    if isinstance(example, list):
        alike = len({type(one) for one in example}) == 1
        return {"type": "array", "items": shape_of(example[0]) if alike else {}}
    if isinstance(example, Named):
        return {"type": "object", "additionalProperties": shape_of(next(iter(example.values())))}
    kind = ["object", "null"] if isinstance(example, Maybe) else "object"
    return {"type": kind, "properties": {name: shape_of(value) for name, value in example.items()}}


class Maybe(dict[str, Any]):
    """An example of an object that may be null."""


class Named(dict[str, Any]):
    """An example of an object whose names are not known beforehand, all with values of one kind."""


@dataclass(frozen=True)
class Perhaps:
    """An example of a value that may be null; `missing`: the example shows that."""

    value: Any
    missing: bool = False


def _plain(example: Any) -> Any:
    """The example as JSON has it."""
    if isinstance(example, dict):
        return {name: _plain(value) for name, value in example.items()}
    if isinstance(example, list):
        return [_plain(value) for value in example]
    if isinstance(example, Perhaps):
        return None if example.missing else example.value
    return example


# An amount in the site's currency.
MONEY = Maybe(value=42.5, currency="EUR", short="€42.5", long="€42.50")


def parameter(name: str, text: str, example: str, *, required: bool = False) -> Doc:
    """One value in the address."""
    return {
        "parameters": [
            {
                "name": name, "in": "query", "schema": _TEXT, "description": text, "example": example,
                "required": required,
            }
        ]
    }  # fmt: skip


SITE_ID = parameter("site_id", "The site's domain, or its key.", "client.example", required=True)
PAGED = {
    "parameters": [
        {
            **parameter("limit", "Entries a page, 1 to 1000; 100.", "100")["parameters"][0],
            "schema": {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 100},
            "example": 100,
        },
        *parameter("after", "For the page that follows: `after` of the answer before.", "")["parameters"],
        *parameter("before", "For the page before: `before` of the answer before.", "")["parameters"],
    ]
}


def body(example: Mapping[str, str], *optional: str, objects: Mapping[str, Doc] | None = None) -> Doc:
    """A body of texts, as JSON or as a form; all of `example` is needed but what is `optional`.

    `objects` are examples of what JSON alone may hold beside the texts.
    """
    schema: Doc = {
        "type": "object",
        "properties": {name: {**_TEXT, **_CHOICES.get(name, {}), "description": _MEANINGS[name]} for name in example},
        "additionalProperties": _TEXT,  # passed over
    }
    if needed := [name for name in example if name not in optional]:
        schema["required"] = needed
    shapes = {name: shape_of(one) | {"description": _MEANINGS[name]} for name, one in (objects or {}).items()}
    whole = schema | {"properties": schema["properties"] | shapes}
    content = {kind: {"schema": schema, "example": example} for kind in FORMS}
    content[JSON] = {"schema": whole, "example": {**example, **(objects or {})}}
    return {"requestBody": {"required": bool(needed), "content": content}}


def typed(kind: type[msgspec.Struct], example: Doc) -> Doc:
    """A body of JSON that is read as `kind`."""
    _ref, components = msgspec.json.schema_components([kind], ref_template="{name}")
    schema = _inlined(components[kind.__name__], components)
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema, "example": _plain(example)}}}}


def _inlined(schema: Any, components: Mapping[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(components[schema["$ref"]], components)
        return {name: _inlined(value, components) for name, value in schema.items()}
    return [_inlined(one, components) for one in schema] if isinstance(schema, list) else schema


_CHOICES = {"goal_type": {"enum": ["event", "page"]}, "role": {"enum": ["viewer", "editor"]}}
# What the texts of bodies mean.
_MEANINGS = {
    "site_id": "The site's domain, or its key.",
    "domain": "The site's domain, also with a path: client.example/shop.",
    "timezone": "Such as Europe/Amsterdam; the account's.",
    "tracker_script_configuration": "What the script counts by itself; what is not sent stays. In JSON alone.",
    "name": "Of the link; once a site.",
    "goal_type": "event with event_name, or page with page_path.",
    "event_name": "The event that reaches the goal.",
    "page_path": "The page that reaches the goal; * stands for anything.",
    "display_name": "As reports call the goal.",
    "email": "Of the guest.",
    "role": "viewer (standard user) or editor (super user).",
    "property": "A property that events carry.",
}

_QUERY_SCHEMA = {
    "type": "object",
    "required": ["site_id", "metrics", "date_range"],
    "additionalProperties": False,
    "properties": {
        "site_id": {**_TEXT, "description": "The site's domain, or its key."},
        "metrics": {
            "type": "array",
            "minItems": 1,
            "items": {"enum": list(METRICS)},
            "description": "What is measured.",
        },
        "date_range": {
            "description": "A period such as 30d, or two days, or two moments.",
            "oneOf": [
                {**_TEXT, "description": "day, 24h, 7d, 28d, 30d, 91d, month, 6mo, 12mo, year, all"},
                {"type": "array", "minItems": 2, "maxItems": 2, "items": _TEXT},
            ],
        },
        "dimensions": {
            "type": "array",
            "items": {"anyOf": [{"enum": list(DIMENSIONS)}, {"pattern": "^event:props:."}]},
        },
        "filters": {
            "type": "array",
            "items": {"type": "array"},
            "description": "All must hold: an operator, a dimension and values; or `and`, `or`, `not` with filters.",
        },
        "order_by": {
            "type": "array",
            "items": {"type": "array", "minItems": 2, "maxItems": 2},
            "description": "Metrics and dimensions that are asked for, each with asc or desc.",
        },
        "include": {
            "type": "object",
            "description": "What else is told: time_labels, total_rows, totals, imports (true), and comparisons.",
            "additionalProperties": False,
            "properties": {
                **{name: {"type": "boolean"} for name in ("time_labels", "total_rows", "totals", "imports")},
                "comparisons": {
                    "type": "object",
                    "required": ["mode"],
                    "additionalProperties": False,
                    "properties": {
                        "mode": {"enum": ["previous_period", "year_over_year", "custom"]},
                        "date_range": {"type": "array", "minItems": 2, "maxItems": 2, "items": _TEXT},
                    },
                },
            },
        },
        "pagination": {
            "type": "object",
            "description": "`limit` rows after the first `offset`.",
            "properties": {
                "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10_000},
                "offset": {"type": "integer", "minimum": 0, "default": 0},
            },
        },
    },
}
_QUERY = {
    "site_id": "client.example",
    "metrics": ["visitors", "bounce_rate"],
    "date_range": "30d",
    "dimensions": ["event:page"],
    "filters": [["contains", "event:page", ["/blog"]]],
    "include": {"comparisons": {"mode": "previous_period"}},
}
_FIGURES = {
    "results": [
        {
            "metrics": [1462, 41.5],
            "dimensions": ["/blog"],
            "comparison": {"metrics": [1400, 43.0], "dimensions": ["/blog"], "change": [4.4, -1.5]},
        }
    ],
    "meta": {},
    "query": {
        **_QUERY,
        "date_range": ["2026-02-13T00:00:00+01:00", "2026-03-14T23:59:59+01:00"],
        "comparison_date_range": ["2026-01-14T00:00:00+01:00", "2026-02-12T23:59:59+01:00"],
        "order_by": [["visitors", "desc"]],
        "pagination": {"offset": 0, "limit": 10_000},
    },
}
QUERY_DOC = doc(
    _FIGURES,
    {"requestBody": {"required": True, "content": {JSON: {"schema": _QUERY_SCHEMA, "example": _QUERY}}}},
    usual=OF_FIGURES,
    says="The figures.",
)
REALTIME_DOC = doc(17, SITE_ID, usual=OF_FIGURES, says="A bare number.")


def pretty(example: Any) -> str:
    """JSON as people write it: lists of plain values on one line."""
    text = json.dumps(example, indent=2, ensure_ascii=False)
    return _PLAIN_LIST.sub(lambda found: "[" + ", ".join(found[1].split(",\n")).replace("  ", "").strip() + "]", text)
