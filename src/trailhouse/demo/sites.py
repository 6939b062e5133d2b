"""The three client sites of the made-up agency."""

from trailhouse.demo.bakery import BAKERY
from trailhouse.demo.hotel import HOTEL
from trailhouse.demo.law import LAW

AGENCY = "Northlight Studio"
PRODUCT = "Northlight Insights"  # what the agency's clients know it by
COLOUR = "#2f5d9b"
EMAIL = "demo@northlight.example"
SITES = (BAKERY, LAW, HOTEL)
