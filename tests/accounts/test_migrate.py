"""Making the tables of a fresh database: a new model costs what it is, and ends up as Django would have made it."""

from django.db import models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from trailhouse.accounts.management.commands.migrate import new_models_alone

OPERATIONS = (
    CreateModel("Person", [("id", models.BigAutoField(primary_key=True))]),
    CreateModel(
        "Site",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("owner", models.ForeignKey("there.person", models.CASCADE, related_name="sites")),
            ("readers", models.ManyToManyField("there.person", related_name="reads")),
            ("parent", models.ForeignKey("self", models.CASCADE, null=True)),
        ],
    ),
    CreateModel("Shop", [("site_ptr", models.OneToOneField("there.site", models.CASCADE, primary_key=True))]),
)


def made() -> ProjectState:
    """The state after OPERATIONS, of which the first was drawn up before."""
    state = ProjectState()
    for operation in OPERATIONS:
        operation.state_forwards("there", state)
        assert state.apps
    return state


def described(state: ProjectState) -> dict[str, set[str]]:
    """The fields of each model that is drawn up, with those that lead to it from elsewhere."""
    return {model.__name__: set(map(str, model._meta.get_fields())) for model in state.apps.get_models()}


def test_a_new_model_is_related_as_django_would_relate_it() -> None:
    with new_models_alone():
        alone = made()
    assert described(alone) == described(made())
    assert alone == made()


def test_the_models_that_are_there_are_not_drawn_up_again() -> None:
    state = ProjectState()
    with new_models_alone():
        OPERATIONS[0].state_forwards("there", state)
        person = state.apps.get_model("there", "person")
        OPERATIONS[1].state_forwards("there", state)
        assert state.apps.get_model("there", "person") is person


def test_a_model_of_a_name_that_is_there_takes_its_place() -> None:
    with new_models_alone():
        state = made()
        CreateModel("Shop", [("id", models.BigAutoField(primary_key=True))]).state_forwards("there", state)
        assert [field.name for field in state.apps.get_model("there", "shop")._meta.get_fields()] == ["id"]


def test_afterwards_all_is_as_it_was() -> None:
    before = ProjectState.add_model
    with new_models_alone():
        assert ProjectState.add_model is not before
    assert ProjectState.add_model is before
