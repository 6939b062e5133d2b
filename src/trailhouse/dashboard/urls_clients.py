"""Clients of an account; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_clients

CLIENTS = "accounts/<int:number>/clients"

urlpatterns = [
    path(CLIENTS, views_clients.clients, name="clients"),
    path(f"{CLIENTS}/add", views_clients.client_add, name="client_add"),
    path(f"{CLIENTS}/<int:client>", views_clients.client, name="client"),
    path(f"{CLIENTS}/<int:client>/people", views_clients.client_people, name="client_people"),
    path(f"{CLIENTS}/<int:client>/delete", views_clients.client_delete, name="client_delete"),
]
