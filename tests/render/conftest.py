"""Property tests are judged by what they find, not by how busy the machine is."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples each time where a verdict hangs on them; elsewhere new ones, to find what nobody thought of.
settings.register_profile("unhurried", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("unhurried")
