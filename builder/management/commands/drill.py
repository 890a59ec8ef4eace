"""`manage.py drill`: load, builds, switches, rollbacks and kills on this very system."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from builder.drill import fresh
from builder.drill.errors import DrillError
from builder.drill.run import drill, ended_like_ctrl_c
from builder.drill.target import Target

REFUSED = 2


class Command(BaseCommand):
    help = (
        "Asks, searches and streams without a pause while versions are built, switched and rolled "
        "back and, where `up` runs on this machine, each process is killed in turn; then says what "
        "users saw of it. Leaves things as they were, but for a few more versions in the list. "
        "Exit status: 0 nobody saw a failure, 1 somebody did, 2 it did not begin."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=20, help="shared by the phases")
        parser.add_argument("--phases", default="", help="such as builds,switches; all by default")
        parser.add_argument("--patience", type=float, default=30, help="seconds for each act")
        parser.add_argument("--url", help="of the router; this machine's by default")
        parser.add_argument("--json", action="store_true", help="the result as JSON")
        parser.add_argument("--fresh", action="store_true", help="on a system of its own")

    def handle(self, *args: Any, **options: Any) -> None:
        write = self.stderr.write if options["json"] else self.stdout.write
        only = [name for name in options["phases"].split(",") if name]
        try:
            with ended_like_ctrl_c(), self.target(options) as target:
                tally = drill(target, options["seconds"], only, write)
        except DrillError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped before it began.", returncode=REFUSED) from None
        self.stdout.write(json.dumps(tally.as_dict()) if options["json"] else tally.as_table())
        if not tally.passed:
            sys.exit(1)

    @contextmanager
    def target(self, options: dict[str, Any]) -> Iterator[Target]:
        if options["fresh"]:
            with fresh.system(options["patience"]) as target:
                yield target
            return
        target = Target(
            options["url"] or _own_url(), settings.CONTROL_TOKEN, settings.RUN_DIR,
            options["patience"],
        )  # fmt: skip
        try:
            yield target
        finally:
            target.close()


def _own_url() -> str:
    host = settings.ROUTER_HOST
    host = "127.0.0.1" if host == "0.0.0.0" else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{host}:{settings.ROUTER_PORT}"
