"""Where a report is: under its site's key, and under each link that shares the site."""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_share


def report_paths(address: str, view: views_share.View, name: str) -> list[URLPattern]:
    """The routes `name` and `shared_<name>` of a report that only reads; `address` comes after the key or the link."""
    return [
        path(f"sites/<str:key>/{address}", view, name=name),
        path(f"share/<str:slug>/{address}", views_share.behind_link(view), name=f"shared_{name}"),
    ]
