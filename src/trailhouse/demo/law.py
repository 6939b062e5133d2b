"""Van Leer Law: a law firm; few visits, on working days, at desks, that read long."""

from trailhouse.demo.people import ABROAD, NETHERLANDS
from trailhouse.demo.shapes import Action, Arrival, Campaign, DemoGoal, DemoSite, Page

_FIELDS = (
    "/practice/employment",
    "/practice/real-estate",
    "/practice/shipping",
    "/practice/family",
    "/practice/company",
)

PAGES = (
    Page("/", "Van Leer Law", 210, 24, ("/people", *_FIELDS, "/contact")),
    Page("/people", "Our lawyers", 60, 38, ("/people/marijke-van-leer", "/people/joost-prins", "/people/aisha-demir")),
    Page("/people/marijke-van-leer", "Marijke van Leer", 42, 52, ("/people", "/contact", "/practice/shipping")),
    Page("/people/joost-prins", "Joost Prins", 26, 46, ("/people", "/contact", "/practice/real-estate")),
    Page("/people/aisha-demir", "Aisha Demir", 31, 48, ("/people", "/contact", "/practice/employment")),
    Page("/practice/employment", "Employment law", 74, 80, ("/articles/dismissal-in-five-steps", "/contact", "/costs")),
    Page("/practice/real-estate", "Real estate", 48, 74, ("/contact", "/costs", "/people/joost-prins")),
    Page("/practice/shipping", "Shipping and ports", 44, 82, ("/contact", "/people/marijke-van-leer")),
    Page("/practice/family", "Family law", 38, 76, ("/contact", "/costs", "/articles/prenuptial-agreements")),
    Page("/practice/company", "Company law", 30, 70, ("/contact", "/people")),
    Page("/articles", "Articles", 24, 34, ("/articles/dismissal-in-five-steps", "/articles/notice-periods-explained")),
    Page(
        "/articles/dismissal-in-five-steps", "Dismissal in five steps", 132, 210, ("/practice/employment", "/contact")
    ),
    Page("/articles/notice-periods-explained", "Notice periods, explained", 118, 190, ("/articles", "/contact")),
    Page(
        "/articles/transition-payment", "What is my transition payment?", 96, 180, ("/practice/employment", "/contact")
    ),
    Page("/articles/prenuptial-agreements", "Prenuptial agreements", 52, 170, ("/practice/family", "/contact")),
    Page("/articles/demurrage", "Demurrage: who pays for waiting", 28, 200, ("/practice/shipping",)),
    Page("/costs", "What it costs", 34, 60, ("/contact", "/contact", "/")),
    Page("/contact", "Contact", 46, 46, ("/", "/people")),
    Page("/contact/thank-you", "We will call you", 0, 14, ("/",), views=1),
    Page("/jobs", "Work with us", 14, 64, ("/people", "/contact")),
)

ARRIVALS = (
    Arrival(170),
    Arrival(330, "https://www.google.com/"),
    Arrival(48, "https://www.bing.com/"),
    Arrival(18, "https://duckduckgo.com/"),
    Arrival(66, "https://www.linkedin.com/"),
    Arrival(40, "https://chatgpt.com/", landing="/articles/dismissal-in-five-steps"),
    Arrival(20, "https://copilot.microsoft.com/", landing="/articles/transition-payment"),
    Arrival(14, "https://www.perplexity.ai/", landing="/articles/notice-periods-explained"),
    Arrival(9, "https://gemini.google.com/"),
    Arrival(6, "https://claude.ai/", landing="/articles/demurrage"),
    Arrival(22, "https://www.bar-association.example/find-a-lawyer"),
    Arrival(12, "https://www.noordkop.example/business/guide"),
    Arrival(9, "https://teams.microsoft.com/"),
    Arrival(44, "https://www.google.com/", "gclid=1&utm_source=google&utm_medium=cpc&utm_campaign=dismissal"
            "&utm_term=dismissal+lawyer", "/practice/employment"),
    Arrival(16, "https://www.bing.com/", "msclkid=1&utm_source=bing&utm_medium=cpc&utm_campaign=shipping"
            "&utm_term=shipping+lawyer", "/practice/shipping"),
)  # fmt: skip

CAMPAIGNS = (
    Campaign(0.5, "utm_source=newsletter&utm_medium=email&utm_campaign=brief-{year}-{month}", "/articles", 4,
             weeks=4, weekday=1),
    Campaign(0.8, "utm_source=linkedin&utm_medium=paid-social&utm_campaign=new-partner-{year}", "/people/aisha-demir",
             18, (9, 8), referrer="https://www.linkedin.com/"),
    Campaign(0.6, "utm_source=linkedin&utm_medium=paid-social&utm_campaign=webinar-{year}&utm_content=invitation",
             "/articles/transition-payment", 12, (2, 10), referrer="https://www.linkedin.com/"),
)  # fmt: skip

ACTIONS = (
    Action("/contact", "Contact form", 0.12, tuple({"field": path.rsplit("/", 1)[1]} for path in _FIELDS),
           then="/contact/thank-you"),
    Action("/contact", "Call", 0.08),
    Action("/costs", "File Download", 0.12, ({"url": "https://vanleer-law.example/files/terms.pdf"},)),
    Action("/articles/dismissal-in-five-steps", "File Download", 0.05,
           ({"url": "https://vanleer-law.example/files/checklist-dismissal.pdf"},)),
    Action("/people", "Outbound Link: Click", 0.05, ({"url": "https://www.linkedin.com/company/van-leer-law"},)),
    Action("/articles/transition-payment", "Payment calculated", 0.22,
           ({"years": "0-5"}, {"years": "5-10"}, {"years": "10+"})),
)  # fmt: skip

LAW = DemoSite(
    domain="vanleer-law.example", client="Van Leer Law", timezone="Europe/Amsterdam", currency="EUR", privacy="strict",
    visits=31, growth=1.3, returning=0.22, stay=0.44, mobile=0.38,
    weekdays=(1.24, 1.3, 1.26, 1.22, 1.02, 0.46, 0.5),
    months=(1.08, 1.05, 1.06, 1.0, 0.96, 1.0, 0.74, 0.76, 1.12, 1.1, 1.1, 0.82),
    hours=(2, 1, 1, 1, 1, 3, 9, 24, 58, 84, 88, 80, 62, 72, 82, 78, 66, 40, 26, 28, 32, 28, 16, 6),
    pages=PAGES, arrivals=ARRIVALS, campaigns=CAMPAIGNS, actions=ACTIONS, places=(*NETHERLANDS, *NETHERLANDS, *ABROAD),
    goals=(
        DemoGoal("Contact form", "event", "Contact form", 12_000),
        DemoGoal("Call", "event", "Call", 8_000),
        DemoGoal("Read about costs", "page", "/costs"),
        DemoGoal("Download", "event", "File Download"),
    ),
)  # fmt: skip
