"""The examination of an installation: `signalbox doctor`. It changes nothing."""

from bot.doctor.examination import examine
from bot.doctor.finding import Finding, Grade

__all__ = ["Finding", "Grade", "examine"]
