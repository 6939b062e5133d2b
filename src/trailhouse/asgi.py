"""The ASGI application of the app process: Django, run whole in one thread a request."""

import asyncio
import contextvars
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trailhouse.settings")
django.setup(set_prefix=False)

THREADS = 8  # as many requests are answered side by side; the store's pool bounds their questions


class Application(ASGIHandler):
    """Django's handler without its hop between threads at every middleware.

    Our views and middleware are plain functions; each request runs them in one thread of a fixed pool, which keeps
    its database connection from one request to the next.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain for threads, whatever the server is."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> Any:
        """Answer in a thread of the pool, with this task's context."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, context.run, self._answer, request)

    def _answer(self, request: Any) -> Any:
        from django.db import close_old_connections

        close_old_connections()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()


application = Application()
