"""Words for people: templates filled in, every value escaped for where it goes, the whole cut to what fits."""
