"""The values that travel through the house: frozen dataclasses and enums, no behaviour beyond themselves."""
