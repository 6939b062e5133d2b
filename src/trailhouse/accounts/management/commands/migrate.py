"""Django's `migrate`, which draws up the model of a new table alone: two thirds of the work of a fresh database go."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState


class Command(migrate.Command):
    """As Django's, with the same tables at the end."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply what the options name."""
        with new_models_alone():
            super().handle(*args, **options)


@contextmanager
def new_models_alone() -> Iterator[None]:
    """Meanwhile a model that is new joins those that are drawn up, and these stay as they are.

    Django draws up all models again that are related to it in whatever way: here nearly all of them, for each table.
    """
    with_all_related = ProjectState.add_model

    def add_model(self: ProjectState, model_state: ModelState) -> None:
        key = model_state.app_label, model_state.name_lower
        if "apps" not in self.__dict__ or key in self.models:
            with_all_related(self, model_state)
            return
        drawn_up = self.__dict__.pop("apps")
        with_all_related(self, model_state)
        self.apps = drawn_up
        drawn_up.render_multiple([model_state])

    ProjectState.add_model = add_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = with_all_related  # type: ignore[method-assign]
