"""What OpenAPI says of bodies and addresses that are read by hand."""

from typing import Any

from trailhouse.stats.dimensions import DIMENSIONS
from trailhouse.stats.metrics import METRICS

_TEXT = {"type": "string"}

QUERY_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["site_id", "metrics", "date_range"],
                    "additionalProperties": False,
                    "properties": {
                        "site_id": {**_TEXT, "description": "The site's domain, or its key."},
                        "metrics": {"type": "array", "minItems": 1, "items": {"enum": list(METRICS)}},
                        "date_range": {
                            "oneOf": [
                                {**_TEXT, "description": "day, 24h, 7d, 28d, 30d, 91d, month, 6mo, 12mo, year, all"},
                                {"type": "array", "minItems": 2, "maxItems": 2, "items": _TEXT},
                            ]
                        },
                        "dimensions": {
                            "type": "array",
                            "items": {"anyOf": [{"enum": list(DIMENSIONS)}, {"pattern": "^event:props:."}]},
                        },
                        "filters": {"type": "array", "items": {"type": "array"}},
                        "order_by": {"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2}},
                        "include": {"type": "object"},
                        "pagination": {
                            "type": "object",
                            "properties": {
                                "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10_000},
                                "offset": {"type": "integer", "minimum": 0, "default": 0},
                            },
                        },
                    },
                }
            }
        },
    },
    "responses": {
        200: {
            "description": "The figures.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "results": {"type": "array", "items": {"type": "object"}},
                            "meta": {"type": "object"},
                            "query": {"type": "object"},
                        },
                    }
                }
            },
        }
    },
    "security": [{"bearer": []}],
}


def _parameter(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": _TEXT, "description": text}


PAGED = {
    "parameters": [
        _parameter("limit", "1 to 1000; 100."),
        _parameter("after", "The cursor of the page before."),
        _parameter("before", "The cursor of the page after."),
    ]
}


def body(*required: str) -> dict[str, Any]:
    """A body of texts, as JSON or as a form, with at least these."""
    schema = {
        "type": "object",
        "required": list(required),
        "properties": dict.fromkeys(required, _TEXT),
        "additionalProperties": _TEXT,
    }
    if not required:
        del schema["required"]
    kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
    return {"requestBody": {"required": bool(required), "content": {kind: {"schema": schema} for kind in kinds}}}
