"""An SVG from a stranger → one that draws a still picture and can do nothing else, by a list of what may be in it.

What only editors need (comments, metadata, names of layers) is left out without a word. What would change the picture,
or do more than draw, is refused by name, so that nobody wonders why a logo looks different.
"""

import re

from django.utils.translation import gettext as _
from lxml import etree

from trailhouse.core.errors import UserError

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
MOST_ELEMENTS = 1_500
MOST_USES = 50
DEEPEST = 24
MOST_STYLE = 50_000  # letters
_ELEMENTS = (
    "svg g defs title desc path rect circle ellipse line polyline polygon style use"
    " linearGradient radialGradient stop clipPath mask"
)
_ATTRIBUTES = (
    "id class style transform d x y x1 y1 x2 y2 cx cy r rx ry width height points viewBox preserveAspectRatio"
    " fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit"
    " stroke-dasharray stroke-dashoffset stroke-opacity opacity color display visibility clip-path clip-rule mask"
    " gradientUnits gradientTransform spreadMethod fx fy fr offset stop-color stop-opacity"
    " clipPathUnits maskUnits maskContentUnits paint-order vector-effect href"
)
ELEMENTS, ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())
SHAPES = frozenset({"d", "points"})  # long, and numbers alone, whatever they hold
CUTTING = frozenset({"clipPath", "mask"})
# Of an editor alone: they draw nothing.
SILENT = frozenset({"metadata", "namedview", "title", "desc"})
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_STYLE = re.compile(r"[\w\s.#{}:;,%()'\"\-+*>/!]*")
_CUT = re.compile(r"clip-path|mask", re.IGNORECASE)
_FOREIGN = re.compile(r"url\((?!\s*['\"]?#)|@|\\|/\*|expression|javascript|data:|//", re.IGNORECASE)


def sanitised(data: bytes) -> bytes:
    """The picture of `data` alone, in ASCII. Raises UserError where it is none, or holds what a logo may not."""
    root = _parsed(data)
    _check_size(root)
    for element in list(root.iter()):
        _clean(element)
    _check_references(root)
    return bytes(etree.tostring(root, encoding="ascii"))


def refused(what: str, hint: str = "") -> UserError:
    """Why an SVG is not taken."""
    return UserError("svg_refused", what, hint or _("Save it as a plain SVG, or upload a PNG."))


def _parsed(data: bytes) -> etree._Element:
    try:
        data.decode()
    except UnicodeDecodeError:
        raise refused(_("This SVG is not in UTF-8.")) from None
    if _ENTITY.search(data):
        raise refused(_("This SVG defines entities."))
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever it says of itself
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise refused(_("This is no whole SVG.")) from None
    if root is None or etree.QName(root).localname != "svg" or etree.QName(root).namespace != SVG:
        raise refused(_("This is no SVG."))
    return root


def _check_size(root: etree._Element) -> None:
    depth = 0
    for number, (event, _element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST or number > 2 * MOST_ELEMENTS:
            raise refused(_("This SVG is too intricate for a logo."), _("Simplify it, or upload a PNG."))


def _clean(element: etree._Element) -> None:
    """Take from one element what is not drawn. Raises UserError for what is not allowed."""
    if not isinstance(element.tag, str):  # a reference to an entity
        raise refused(_("This SVG defines entities."))
    name = etree.QName(element)
    if name.namespace != SVG or name.localname in SILENT:
        if name.localname in {"script", "foreignObject", "image"}:
            raise _not_allowed(name.localname)
        _drop(element)
        return
    if name.localname not in ELEMENTS:
        raise _not_allowed(name.localname)
    if name.localname == "style":
        _check_style("".join(element.itertext()), rules=True)
    elif element.text and element.text.strip():
        element.text = None
    element.tail = None
    _clean_attributes(element)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _clean_attributes(element: etree._Element) -> None:
    for key, value in list(element.attrib.items()):
        name, text = etree.QName(key), str(value)
        if name.localname.lower().startswith("on"):
            raise refused(_("This SVG holds a script (%(name)s).") % {"name": name.localname[:40]})
        if name.namespace not in (None, XLINK) or name.localname not in ATTRIBUTES:
            del element.attrib[key]
        elif name.localname == "href":
            if not text.startswith("#"):
                raise refused(_("This SVG refers to something outside of itself (%(name)s).") % {"name": text[:40]})
        elif name.localname not in SHAPES:
            _check_style(text)


def _check_style(text: str, *, rules: bool = False) -> None:
    """Nothing in a style or an attribute may lead outside, nor hide that it does; `rules` may cut nothing out."""
    cuts = rules and _CUT.search(text)
    if cuts or len(text) > MOST_STYLE or not _STYLE.fullmatch(text) or _FOREIGN.search(text):
        raise refused(_("This SVG has a style that does more than draw: %(style)s") % {"style": text.strip()[:60]})


def _check_references(root: etree._Element) -> None:
    """What is drawn by reference is drawn plainly: else a short file may hold a picture without end.

    What is used may not use; what cuts out may not be cut out itself, nor use what is.
    """
    elements = list(root.iter())  # lxml keeps them the same while they are held
    named = {element.get("id"): element for element in elements if element.get("id")}
    uses = [element for element in elements if _name(element) == "use"]
    plain = len(uses) <= MOST_USES
    for element in elements:
        cuts = any(_name(one) in CUTTING for one in (element, *element.iterancestors()))
        plain &= not (cuts and _is_cut(element))
        if _name(element) != "use":
            continue
        target = named.get((element.get("href") or element.get(f"{{{XLINK}}}href") or "")[1:])
        used = [] if target is None else list(target.iter())
        plain &= not any(_name(one) == "use" or (cuts and _is_cut(one)) for one in used)
    if not plain:
        raise refused(_("This SVG is too intricate for a logo."), _("Simplify it, or upload a PNG."))


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _is_cut(element: etree._Element) -> bool:
    return bool(element.get("clip-path") or element.get("mask") or _CUT.search(element.get("style") or ""))


def _not_allowed(name: str) -> UserError:
    if name in {"text", "tspan", "textPath"}:
        return refused(_("This SVG holds text, which looks different on every computer."), _("Turn it into paths."))
    return refused(_("This SVG holds <%(name)s>, which a logo may not.") % {"name": name[:40]})
