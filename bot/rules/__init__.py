"""Judgement: plain synchronous functions over values. No I/O, no clock, no third party."""
