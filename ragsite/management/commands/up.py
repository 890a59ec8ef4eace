"""`manage.py up`: the whole system in the foreground, until Ctrl-C."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ragsite import broker, startup
from ragsite.leftovers import end_leftovers
from ragsite.programs import programs
from ragsite.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs web, both backends, the worker, the watcher and the broker until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        record = settings.RUN_DIR / "processes.json"
        try:
            startup.make_folders()
            startup.check_limits()
            lock = startup.claim()
            for name in end_leftovers(record):
                self.stdout.write(f"Ended {name}, which an earlier run had left.")
            startup.forget_metrics()
            listeners = startup.listeners()
            startup.prepare_database()
            password = startup.first_admin()
            startup.write_admitted()
            started = programs(listeners)
        except (startup.CannotStart, PermissionError) as error:
            raise CommandError(str(error)) from error
        self.tell(password)
        with lock:
            Supervisor(record).run(started)
            broker.put_away(settings.RUN_DIR)

    def tell(self, password: str | None) -> None:
        site = f"http://{settings.ROUTER_HOST}:{settings.ROUTER_PORT}"
        self.stdout.write(f"Chat       {site}/")
        self.stdout.write(f"Admin      {site}/admin/  (user {settings.ADMIN_USERNAME})")
        if password:
            self.stdout.write(
                f"Password   {password}  (also in {settings.SECRETS_DIR}/admin_password)"
            )
        self.stdout.write(f"API        {site}/api/docs/")
        self.stdout.write(f"Knowledge  {settings.KNOWLEDGE_DIR}  (drop .md files here)")
        self.stdout.write("Ctrl-C ends it all.")
        self.stdout.flush()
