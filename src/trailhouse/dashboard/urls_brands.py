"""Brands: their editor, and what pages of one are made with; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_brand_files as files
from trailhouse.dashboard import views_brands as brands

BRANDS = "accounts/<int:number>/brands"

urlpatterns = [
    path(BRANDS, brands.brands, name="brands"),
    path(f"{BRANDS}/add", brands.brand_add, name="brand_add"),
    path(f"{BRANDS}/<int:brand>", brands.brand, name="brand"),
    path(f"{BRANDS}/<int:brand>/remove", brands.brand_remove, name="brand_remove"),
    path("operator/instance/brand", brands.operator_brand, name="operator_brand"),
    # Open to everybody
    path("brand/colours/<str:colour>.css", files.brand_colours, name="brand_colours"),
    path("brand/previews/<str:colour>.css", files.brand_preview_colours, name="brand_preview_colours"),
    path("brand/images/<str:digest>", files.brand_image, name="brand_image"),
    path("brand/icons/<str:colour>/<str:letter>.png", files.brand_letter, name="brand_letter"),
]
