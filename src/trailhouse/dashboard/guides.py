"""How a site's script is put into the sites of each platform: steps as texts, code with the site's own script."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.sites.models import Site
from trailhouse.sites.script_address import src_of
from trailhouse.sites.snippets import snippet

Text = str | Promise


@dataclass(frozen=True)
class Script:
    """What a guide's code is made of."""

    src: str  # the script's address
    snippet: str  # all that is to be pasted

    @property
    def line(self) -> str:
        """The script alone, without the pixel for browsers without JavaScript."""
        return self.snippet.splitlines()[0]


@dataclass(frozen=True)
class Guide:
    """One platform: what to do in order, the code to paste, and what to know."""

    name: str
    steps: tuple[Text, ...]
    code: Callable[[Script], str]
    file: str = ""  # where it goes, if that has a name
    notes: tuple[Text, ...] = ()


def script_of(site: Site) -> Script:
    """The script of `site`."""
    return Script(src_of(site), snippet(site))


def _snippet(script: Script) -> str:
    return script.snippet


def _line(script: Script) -> str:
    return script.line


def _next(script: Script) -> str:
    return f"""import Script from 'next/script'

export default function RootLayout({{ children }}: {{ children: React.ReactNode }}) {{
  return (
    <html lang="en">
      <body>
        {{children}}
        <Script src="{script.src}" strategy="afterInteractive" />
      </body>
    </html>
  )
}}"""


def _nuxt(script: Script) -> str:
    return f"""export default defineNuxtConfig({{
  app: {{
    head: {{
      script: [{{ src: '{script.src}', defer: true }}],
    }},
  }},
}})"""


def _laravel(script: Script) -> str:
    return f"@production\n{script.snippet}\n@endproduction"


_PUBLISH = _("Publish, then open a page of the site in a new tab: that is its first visit.")
_OPEN = _("Open a page of the site in a new tab: that is its first visit.")
_ROUTES = _("Changes of route in the browser are counted as pages by themselves; nothing more is needed for them.")
_ONCE = _("Put it there once. Where a theme or another plugin has it too, each page counts twice.")

GUIDES: dict[str, Guide] = {
    "html": Guide(
        "HTML",
        (
            _("Open the file or template that holds the <head> of your pages."),
            _("Paste these lines just before </head>. Do so in every page, if they share no template."),
            _("Upload the files."),
            _OPEN,
        ),
        _snippet,
    ),
    "wordpress": Guide(
        "WordPress",
        (
            _("In WordPress, open Plugins, Add New Plugin, and install WPCode or another plugin for header code."),
            _("Open Code Snippets, Header & Footer."),
            _("Paste these lines into the field Header and save."),
            _("If a plugin or your host caches pages, empty the cache."),
            _OPEN,
        ),
        _snippet,
        notes=(
            _ONCE,
            _("Without such a plugin: print these lines in the action wp_head, in a small plugin of your own. "
              "A change in the theme itself is lost with its next update."),
            _("Plugins that delay JavaScript until somebody moves the mouse leave out those who only read: "
              "exclude this script there."),
            _("Visits of people who are signed in to WordPress count as well. "
              "Leave them out by address in the site's settings."),
        ),
    ),
    "shopify": Guide(
        "Shopify",
        (
            _("In Shopify, open Online Store, Themes."),
            _("Beside the current theme, choose the three dots and Edit code."),
            _("Open layout/theme.liquid and find </head>."),
            _("Paste these lines just before it and save."),
            _OPEN,
        ),
        _snippet,
        file="layout/theme.liquid",
        notes=(
            _("A new theme has a theme.liquid of its own: paste the lines there too."),
            _("The checkout does not use the theme, so its pages are not counted."),
        ),
    ),
    "wix": Guide(
        "Wix",
        (
            _("In the site's dashboard, open Settings and, under Advanced, Custom Code."),
            _("In the part Head, choose Add Custom Code and paste this line."),
            _("Under Add Code to Pages, choose All pages and Load code once."),
            _("Under Place Code in, choose Head, and apply."),
            _PUBLISH,
        ),
        _line,
        notes=(
            _("Wix allows custom code on sites with a paid plan and a domain of their own."),
            _("Load code once is right: Wix changes pages without loading them anew, "
              "and the script counts these by itself."),
            _("Under the purpose of the code, Essential lets it run without consent; with Analytics, Wix waits for it. "
              "Choose what the law asks of this site."),
        ),
    ),
    "webflow": Guide(
        "Webflow",
        (
            _("Open the site's settings and then Custom code."),
            _("Paste these lines into Head code and save."),
            _PUBLISH,
        ),
        _snippet,
        notes=(
            _("Webflow allows custom code with a paid site plan or workspace."),
            _("Custom code does not run in the Designer: look at the published site."),
        ),
    ),
    "squarespace": Guide(
        "Squarespace",
        (
            _("In Squarespace, search for Code Injection; it stands under Website Tools, or under Settings, "
              "Advanced or Developer Tools."),
            _("Paste these lines into the field Header and save."),
            _("Sign out of Squarespace or use a private window, and open a page of the site: that is its first visit."),
        ),
        _snippet,
        notes=(_("Squarespace allows code injection from the plan Core (before: Business) on."),),
    ),
    "tag-manager": Guide(
        "Google Tag Manager",
        (
            _("In the container, open Tags and choose New."),
            _("As tag type, choose Custom HTML and paste this line."),
            _("As trigger, choose All Pages (Page View)."),
            _("Save, choose Submit, and publish the version."),
            _OPEN,
        ),
        _line,
        notes=(
            _("Paste the first line alone: without JavaScript, Tag Manager does not run either."),
            _("Leave “Support document.write” off."),
            _("Ad blockers block Tag Manager, and with it this script. Directly in the page it counts more visits."),
            _("The check on the script's page does not run Tag Manager, so it cannot see the script there."),
            _ROUTES,
        ),
    ),
    "next": Guide(
        "Next.js",
        (
            _("Open app/layout.tsx, the root layout; in some projects it stands in src/app."),
            _("Import Script from next/script and put the element at the end of <body>. All else stays as it is."),
            _("With the Pages Router, put the same element into pages/_app.tsx, beside <Component>."),
            _("Build and deploy."),
            _OPEN,
        ),
        _next,
        file="app/layout.tsx",
        notes=(
            _ROUTES,
            _("In layout.js or layout.jsx, without TypeScript, leave out “: { children: React.ReactNode }”."),
            _("If the site sends a Content-Security-Policy, allow the script's host in script-src and connect-src."),
        ),
    ),
    "nuxt": Guide(
        "Nuxt",
        (
            _("Open nuxt.config.ts."),
            _("Add the script under app.head."),
            _("Build and deploy."),
            _OPEN,
        ),
        _nuxt,
        file="nuxt.config.ts",
        notes=(_ROUTES, _("In Nuxt 2, head stands at the top level of nuxt.config.js, without app around it.")),
    ),
    "django": Guide(
        "Django",
        (
            _("Open the template that all others extend, often templates/base.html."),
            _("Paste these lines just before </head>."),
            _("Deploy."),
            _OPEN,
        ),
        _snippet,
        file="templates/base.html",
        notes=(
            _("If the site sends a Content-Security-Policy, allow the script's host in script-src and connect-src, "
              "and in img-src for the image."),
        ),
    ),
    "laravel": Guide(
        "Laravel",
        (
            _("Open the layout that all pages share: resources/views/layouts/app.blade.php, "
              "resources/views/components/layouts/app.blade.php, or with Inertia resources/views/app.blade.php."),
            _("Paste these lines just before </head>."),
            _("Deploy, and run php artisan view:clear if views are cached."),
            _OPEN,
        ),
        _laravel,
        file="resources/views/layouts/app.blade.php",
        notes=(_("@production leaves your own machine out: it looks at APP_ENV."), _ROUTES),
    ),
}  # fmt: skip
