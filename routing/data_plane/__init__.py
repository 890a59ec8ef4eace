"""What the router is made of: pure ASGI and files, no Django, no database, no broker."""
