"""Whether an answer has the shape that the description of its operation tells."""

from typing import Any

from trailhouse.api.schema import JSON

KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float),
    "integer": int,
}  # fmt: skip


def misfits(value: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """What of `value` does not fit the part of JSON schema that descriptions of answers use."""
    if not schema:
        return []
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(isinstance(value, KINDS[kind]) and (kind == "boolean") == isinstance(value, bool) for kind in kinds):
        return [f"{where}: {value!r} is not {kinds}"]
    if isinstance(value, dict):
        told = schema.get("properties", {}) or dict.fromkeys(value, schema.get("additionalProperties", {}))
        found = [f"{where}: without {name}" for name in told if name not in value and name != "link"]
        found += [f"{where}.{name} is not told" for name in value if told and name not in told]
        parts = [misfits(one, told[name], f"{where}.{name}") for name, one in value.items() if name in told]
        return found + [one for part in parts for one in part]
    items = schema.get("items", {})
    return [one for part in value for one in misfits(part, items, f"{where}[]")] if isinstance(value, list) else []


def misfits_of(answer: Any, operation: dict[str, Any]) -> list[str]:
    """What of a response does not fit the operation's description."""
    content = operation["responses"][answer.status_code]["content"]
    kind = answer["Content-Type"]
    if not kind.startswith(JSON):
        return [] if kind in content else [f"a file of {kind}"]
    schema = content[JSON]["schema"]
    return [] if "$ref" in schema else misfits(answer.json(), schema)
