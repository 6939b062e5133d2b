"""The addresses of the app process. The edge answers the collector's, /health and /metrics itself."""

from django.urls import include, path

from trailhouse.api import pages as api_pages
from trailhouse.api import trying
from trailhouse.api.api import api
from trailhouse.dashboard import (
    assets,
    urls_adding,
    urls_billing,
    urls_brands,
    urls_clients,
    urls_console,
    urls_digests,
    urls_documents,
    urls_domains,
    urls_legal,
    urls_machine,
    urls_mail,
    urls_offers,
    urls_operator_billing,
    urls_people,
    urls_profile,
    urls_public,
    urls_rates,
    urls_site,
    urls_stripe,
    views_account,
    views_account_page,
    views_sites,
)
from trailhouse.dashboard import urls as dashboard_urls

urlpatterns = [
    path("", views_sites.home, name="home"),
    path("static/<path:path>", assets.serve, name="static"),
    path("api/docs", api_pages.docs, name="api_docs"),
    path("api/try", trying.try_query, name="api_try"),
    path("api/", api.urls),
    # People
    path("sign-in", views_account.sign_in, name="account_login"),
    path("sign-out", views_account.sign_out, name="account_logout"),
    path("sign-out", views_account.sign_out, name="sign_out"),
    path("set-up/<str:token>", views_account.set_up, name="set_up"),
    path("enter/<str:token>", views_account.enter, name="enter"),
    # Sites
    path("sites", views_sites.sites, name="sites"),
    path("sites/change", views_account_page.change, name="sites_change"),
    path("sites/add", views_sites.add, name="site_add"),
    path("", include(urls_people)),
    path("", include(urls_public)),
    path("", include(urls_clients)),
    path("", include(urls_brands)),
    path("", include(urls_documents)),
    path("", include(urls_legal)),
    path("", include(urls_domains)),
    path("", include(urls_profile)),
    path("", include(urls_mail)),
    path("", include(urls_billing)),
    path("", include(urls_rates)),
    path("", include(urls_console)),
    path("", include(urls_adding)),
    path("", include(urls_machine)),
    path("", include(urls_operator_billing)),
    path("", include(urls_offers)),
    path("", include(urls_stripe)),
    path("", include(urls_site)),
    path("", include(urls_digests)),
    # Last: a site's sections take any word.
    path("", include(dashboard_urls)),
]

handler400 = "trailhouse.dashboard.views_errors.wrong_request"
handler403 = "trailhouse.dashboard.views_errors.not_allowed"
handler404 = "trailhouse.dashboard.views_errors.not_found"
handler500 = "trailhouse.dashboard.views_errors.server_error"
