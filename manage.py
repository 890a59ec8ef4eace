#!/usr/bin/env python
"""Django's command line, and `manage.py up`, which runs the whole system."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ragsite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
