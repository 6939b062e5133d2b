"""What files there are, and what they are called. Pure."""

from datetime import date

# What is exported → its formats, each with the media type of its file.
GZIP = "application/gzip"
FORMATS = {
    "events": ("csv", "jsonl", "parquet"),
    "totals": ("csv", "xlsx", "json", "parquet"),
}
ENDINGS = {"events/csv": "csv.gz", "events/jsonl": "jsonl.gz", "events/parquet": "parquet"}


_TYPES = {
    "gz": GZIP,
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
MEDIA_TYPES = tuple(_TYPES.values())


def media_type(name: str) -> str:
    """The media type of a file by its name."""
    return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def name_of(domain: str, what: str, form: str, first: date, last: date, *, parts: int = 1) -> str:
    """The name of a file. Events as Parquet in several parts are an archive of them."""
    ending = "zip" if parts > 1 else ENDINGS.get(f"{what}/{form}", form)
    return f"{domain}-{what}-{first}-{last}.{ending}"
