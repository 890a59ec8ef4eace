"""The answering service that gunicorn runs twice: it reads files, and knows no database."""
