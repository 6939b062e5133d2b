"""The description of the API: what ninja writes of the operations, and what is the same for all of them."""

from copy import deepcopy
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from trailhouse.api.schema import ALSO, ERROR_SCHEMA

SECURITY = "apiKey"
# The words of the addresses.
PARAMETERS = {
    "domain": ("The site's domain, or its key; a domain with a path is percent-encoded.", "client.example"),
    "goal_id": ("The number of a goal.", 7),
    "email": ("The guest's e-mail address.", "guest@client.example"),
    "prop": ("The name of the property; it may hold slashes.", "plan"),
    "account": ("The number of the account: see GET /api/v1/accounts.", 3),
    "person": ("The number of the role: see the list of people.", 12),
    "invitation": ("The number of the invitation.", 5),
    "client": ("The number of the client.", 9),
    "visitor": ("The visitor's number in hexadecimal digits, as the list of visits tells it.", "000000000000ab12"),
    "funnel": ("The number of the funnel.", 4),
    "segment": ("The number of the segment.", 7),
    "annotation": ("The number of the note.", 3),
    "cost": ("The number of the cost.", 5),
    "group": ("The number of the group of pages.", 2),
    "export": ("The number of the export.", 8),
}
_METHODS = {"get", "post", "put", "delete"}


class DescribedAPI(NinjaAPI):
    """An API whose description names its key, the scope that each operation needs, and its errors."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function, which is short and the only one: clients call their methods by it."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The description, complete."""
        schema = super().get_openapi_schema(**options)
        schema["components"] = {
            "schemas": {"Error": ERROR_SCHEMA},
            "securitySchemes": {
                SECURITY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of an account, made under “API keys” in the account's menu.",
                }
            },
        }
        schema["paths"] = {
            path: {method: _completed(deepcopy(one)) for method, one in operations.items()}
            for path, operations in schema["paths"].items()
        }
        return schema


def _completed(operation: dict[str, Any]) -> dict[str, Any]:
    """The operation with its key and the meaning of the words in its address."""
    scopes = [*operation["tags"], *operation.pop(ALSO, ())]  # a tag is the scope that opens its operations
    operation["security"] = [{SECURITY: [scope]} for scope in scopes]
    told = {(one["in"], one["name"]) for one in operation["parameters"] if "description" in one}
    operation["parameters"] = [
        one for one in operation["parameters"] if "description" in one or (one["in"], one["name"]) not in told
    ]
    for one in operation["parameters"]:
        if one["in"] == "path":
            one["description"], one["example"] = PARAMETERS[one["name"]]
    return operation


def operations(schema: OpenAPISchema) -> list[tuple[str, str, dict[str, Any]]]:
    """All operations of a description: method, path, and what is told of it."""
    return [
        (method.upper(), path, one)
        for path, methods in schema["paths"].items()
        for method, one in methods.items()
        if method in _METHODS
    ]
