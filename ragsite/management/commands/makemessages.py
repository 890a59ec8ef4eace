"""`makemessages` that knows `worded` too, our own mark of what is told to people."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=worded"]
