"""Harbour Bakery: a shop with a web shop; most people come by telephone, from near by."""

from trailhouse.demo.people import ABROAD, NETHERLANDS
from trailhouse.demo.shapes import Action, Arrival, Campaign, DemoGoal, DemoSite, Page

_SHOP = ("/shop/sourdough", "/shop/rye", "/shop/croissants", "/shop/cakes", "/shop/gift-box", "/shop/stollen")
_CARTS = tuple({"product": path.rsplit("/", 1)[1]} for path in _SHOP)
_SEARCHES = (
    *("gluten free",) * 5, *("sourdough",) * 4, *("opening hours",) * 4, *("vegan",) * 3, *("birthday cake",) * 3,
    *("spelt bread",) * 2, "delivery", "gift card", "stollen", "workshop", "allergens", "rye",
)  # fmt: skip

PAGES = (
    Page("/", "Harbour Bakery – bread from the quay", 420, 22, ("/menu", "/shop", "/shop", "/opening-hours", "/about")),
    Page("/menu", "Menu", 150, 48, ("/shop", "/opening-hours", "/shop/sourdough", "/menu/lunch", "/contact")),
    Page("/menu/lunch", "Lunch on the quay", 58, 52, ("/contact", "/menu", "/opening-hours")),
    Page("/shop", "Shop", 96, 38, (*_SHOP, "/shop/sourdough", "/shop/croissants")),
    Page("/shop/sourdough", "Sourdough loaf", 70, 46, ("/basket", "/shop", "/recipes/sourdough-starter")),
    Page("/shop/rye", "Rye from the north", 24, 40, ("/basket", "/shop", "/shop/sourdough")),
    Page("/shop/croissants", "Butter croissants, four", 38, 34, ("/basket", "/shop", "/shop/cakes")),
    Page("/shop/cakes", "Cakes to order", 62, 58, ("/basket", "/contact", "/shop")),
    Page("/shop/gift-box", "Gift box", 18, 44, ("/basket", "/shop")),
    Page("/shop/stollen", "Christmas stollen", 16, 40, ("/basket", "/shop/gift-box")),
    Page("/basket", "Your basket", 2, 40, ("/checkout", "/checkout", "/shop")),
    Page("/checkout", "Checkout", 1, 75, ("/checkout", "/basket")),
    Page("/order/thank-you", "Thank you", 0, 18, ("/recipes", "/"), views=1),
    Page(
        "/recipes", "Recipes", 52, 32, ("/recipes/sourdough-starter", "/recipes/bread-pudding", "/recipes/rye-crackers")
    ),
    Page("/recipes/sourdough-starter", "A sourdough starter in seven days", 168, 190, ("/recipes", "/shop/sourdough")),
    Page("/recipes/bread-pudding", "Bread pudding from yesterday’s loaf", 64, 140, ("/recipes", "/shop")),
    Page("/recipes/rye-crackers", "Rye crackers", 41, 120, ("/recipes", "/shop/rye")),
    Page("/recipes/summer-focaccia", "Focaccia with samphire", 36, 130, ("/recipes", "/shop")),
    Page("/about", "The people behind the oven", 22, 55, ("/opening-hours", "/jobs", "/contact")),
    Page("/opening-hours", "Opening hours", 130, 16, ("/contact", "/menu")),
    Page("/contact", "Contact and route", 48, 28, ("/opening-hours",)),
    Page("/workshops", "Workshops: bake with us", 34, 70, ("/workshops/sourdough", "/workshops/children", "/contact")),
    Page("/workshops/sourdough", "Workshop sourdough for beginners", 20, 85, ("/workshops", "/contact")),
    Page("/workshops/children", "Baking with children", 12, 70, ("/workshops", "/contact")),
    Page("/jobs", "Working here", 11, 60, ("/contact",)),
    Page("/search", "What we found", 0, 14, ("/shop/sourdough", "/recipes", "/opening-hours"), 30, _SEARCHES),
    Page("/summer", "Summer on the quay", 3, 34, ("/menu", "/shop/croissants")),
    Page("/christmas", "Order for Christmas", 3, 46, ("/shop/stollen", "/shop/stollen", "/shop/gift-box")),
)

ARRIVALS = (
    Arrival(250),
    Arrival(265, "https://www.google.com/"),
    Arrival(18, "https://www.google.de/"),
    Arrival(30, "https://www.bing.com/"),
    Arrival(22, "https://duckduckgo.com/"),
    Arrival(9, "https://www.ecosia.org/"),
    Arrival(3, "https://www.startpage.com/"),
    Arrival(88, "https://l.instagram.com/"),
    Arrival(54, "https://m.facebook.com/"),
    Arrival(12, "https://nl.pinterest.com/pin/4127/", landing="/recipes/sourdough-starter"),
    Arrival(9, "https://www.youtube.com/watch?v=aQ1", landing="/recipes/sourdough-starter"),
    Arrival(8, "https://www.reddit.com/r/Sourdough/", landing="/recipes/sourdough-starter"),
    Arrival(26, "https://chatgpt.com/", landing="/recipes/sourdough-starter"),
    Arrival(11, "https://www.perplexity.ai/", landing="/recipes/bread-pudding"),
    Arrival(7, "https://gemini.google.com/"),
    Arrival(4, "https://claude.ai/"),
    Arrival(31, "https://www.tripadvisor.com/Restaurant_Review-Den_Helder.html"),
    Arrival(24, "https://www.denhelder.example/eat-and-drink"),
    Arrival(15, "https://www.noordkop.example/tips/breakfast-by-the-sea"),
    Arrival(7, "https://dune-hotel.example/breakfast"),
    Arrival(6, "https://www.texel-ferry.example/before-you-sail", landing="/opening-hours"),
    Arrival(34, "https://www.google.com/", "gclid=1&utm_source=google&utm_medium=cpc&utm_campaign=bakery-near-me"
            "&utm_term=bakery+den+helder"),
    Arrival(16, "https://www.google.com/", "gclid=1&utm_source=google&utm_medium=cpc&utm_campaign=cakes-to-order"
            "&utm_term=birthday+cake", "/shop/cakes"),
    Arrival(10, "", "utm_source=qr&utm_medium=offline&utm_campaign=window", "/menu"),
)  # fmt: skip

CAMPAIGNS = (
    Campaign(0.55, "utm_source=newsletter&utm_medium=email&utm_campaign=letter-{year}-{month}", "/shop", 3),
    Campaign(0.9, "utm_source=instagram&utm_medium=paid-social&utm_campaign=summer-{year}&utm_content=reel-quay",
             "/summer", 16, (6, 12), referrer="https://l.instagram.com/"),
    Campaign(0.5, "utm_source=facebook&utm_medium=paid-social&utm_campaign=summer-{year}&utm_content=carousel",
             "/summer", 16, (6, 12), referrer="https://m.facebook.com/"),
    Campaign(0.7, "utm_source=google&utm_medium=cpc&utm_campaign=easter-{year}&utm_term=easter+bread&gclid=1",
             "/shop", 12, (3, 24), referrer="https://www.google.com/"),
    Campaign(0.8, "utm_source=facebook&utm_medium=paid-social&utm_campaign=christmas-{year}&utm_content=stollen",
             "/christmas", 30, (11, 20), referrer="https://m.facebook.com/"),
    Campaign(0.7, "utm_source=google&utm_medium=cpc&utm_campaign=christmas-{year}&utm_term=stollen&gclid=1",
             "/christmas", 26, (11, 25), referrer="https://www.google.com/"),
    Campaign(1.9, "", "/recipes/summer-focaccia", 5, (8, 6), referrer="https://www.noordkop.example/food/focaccia"),
    Campaign(0.6, "utm_source=autumn-fair&utm_medium=qr&utm_campaign=autumn-{year}", "/workshops", 9, (10, 16)),
)  # fmt: skip

ACTIONS = (
    *(Action(path, "Add to basket", 0.16, (cart,), then="/basket") for path, cart in zip(_SHOP, _CARTS, strict=True)),
    Action("/checkout", "Order", 0.62, ({"delivery": "collect"},) * 3 + ({"delivery": "bicycle"},), (850, 9600),
           then="/order/thank-you"),
    Action("/shop/cakes", "Cake request", 0.05,
           ({"occasion": "birthday"}, {"occasion": "wedding"}, {"occasion": "work"})),
    Action("/workshops/sourdough", "Workshop booked", 0.07, ({"workshop": "sourdough"},), (5950, 11900)),
    Action("/workshops/children", "Workshop booked", 0.05, ({"workshop": "children"},), (2450, 7350)),
    Action("", "Newsletter sign-up", 0.006, ({"place": "footer"}, {"place": "footer"}, {"place": "popup"})),
    Action("/contact", "Outbound Link: Click", 0.2, ({"url": "https://maps.google.com/?q=Harbour+Bakery"},)),
    Action("/about", "Outbound Link: Click", 0.1, ({"url": "https://www.instagram.com/harbourbakery"},)),
    Action("/menu", "Outbound Link: Click", 0.03, (
        {"url": "https://www.instagram.com/harbourbakery"}, {"url": "https://www.tripadvisor.com/harbour-bakery"})),
    Action("/menu", "File Download", 0.06, ({"url": "https://harbour-bakery.example/files/menu.pdf"},)),
    Action("/shop/cakes", "File Download", 0.04, ({"url": "https://harbour-bakery.example/files/cakes.pdf"},)),
    Action("/recipes/sourdough-starter", "Recipe printed", 0.05, ({"recipe": "sourdough-starter"},)),
    Action("/opening-hours", "Call", 0.03),
)  # fmt: skip

BAKERY = DemoSite(
    domain="harbour-bakery.example", client="Harbour Bakery",
    timezone="Europe/Amsterdam", currency="EUR", privacy="visits",
    visits=98, growth=1.5, returning=0.3, stay=0.5, mobile=0.66,
    weekdays=(0.78, 0.86, 0.92, 1.0, 1.16, 1.42, 0.96),
    months=(0.84, 0.88, 0.97, 1.05, 1.02, 1.04, 1.08, 1.1, 0.96, 0.95, 1.04, 1.3),
    hours=(6, 3, 2, 2, 3, 9, 28, 52, 66, 72, 74, 76, 78, 66, 58, 56, 58, 56, 50, 52, 54, 48, 32, 16),
    pages=PAGES, arrivals=ARRIVALS, campaigns=CAMPAIGNS, actions=ACTIONS, places=(*NETHERLANDS, *NETHERLANDS, *ABROAD),
    goals=(
        DemoGoal("Order", "event", "Order"),
        DemoGoal("Order confirmed", "page", "/order/thank-you"),
        DemoGoal("Workshop booked", "event", "Workshop booked"),
        DemoGoal("Newsletter sign-up", "event", "Newsletter sign-up", 150),
        DemoGoal("Looked up the route", "page", "/contact"),
    ),
)  # fmt: skip
