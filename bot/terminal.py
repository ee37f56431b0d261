"""Owns who works at this terminal, for the audit trail: the machine's own word, as good as the machine's own guard."""

from __future__ import annotations

import getpass
import os
import socket


def operator() -> str:
    """`login@host`; the number of the user where this machine has no name for them, as in many containers."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError):
        login = str(os.getuid())
    return f"{login}@{socket.gethostname()}"
