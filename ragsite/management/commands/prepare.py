"""`manage.py prepare`: folders, database and first admin; what `up` does before it starts anything.

For installations whose processes something else runs (docker-compose.yml).
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ragsite import startup


class Command(BaseCommand):
    help = "Makes the folders, migrates the database and makes the first admin user."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            startup.make_folders()
            startup.check_limits()
            startup.forget_metrics()
            startup.prepare_database()
            password = startup.first_admin()
            startup.write_admitted()
        except startup.CannotStart as error:
            raise CommandError(str(error)) from error
        if password:
            self.stdout.write(f"The first admin's password: {password}")
