"""What makes the whole of the tests cheaper and changes nothing that they see."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.template import Template
from django.template.context import Context
from django.test.signals import template_rendered
from django.utils.safestring import SafeString


def pytest_collection_finish() -> None:
    """Thousands of tests and modules stay to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _render(template: Template, context: Context) -> SafeString:
    if context.template is template and not str(template.name).startswith("django/forms/"):
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def _note_pages_alone(django_test_environment: None) -> Iterator[None]:
    """The test client copies the context of every template, to be asked about: here that of the page itself alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _render)
        yield


@contextmanager
def around_tests() -> Iterator[None]:
    """A transaction for what all tests of a module begin with: theirs lie inside of it, and it is undone at the end.

    For a module's fixture whose tests use `db`, never `transactional_db`: no other thread sees what is in it.
    """
    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined]  # services may say that theirs is the outermost
    with outer:
        yield
        transaction.set_rollback(True)
