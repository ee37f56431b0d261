"""How things look as JSON, with every field GitHub's own description demands."""
