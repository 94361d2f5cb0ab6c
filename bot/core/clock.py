"""Time is injected. The system's clock, one that a test or a replay sets, and one that runs faster."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the rest of the bot asks for the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def real_delay(self, moment: datetime) -> float:
        """Seconds of real time until `moment`; 0 for one that has passed."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    def real_delay(self, moment: datetime) -> float:
        """Seconds until then."""
        return max(0.0, (moment - self.now()).total_seconds())


class DrivenClock:
    """Stands still until it is told otherwise; never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._now

    def real_delay(self, moment: datetime) -> float:
        """Seconds until then."""
        return max(0.0, (moment - self._now).total_seconds())

    def set(self, moment: datetime) -> None:
        """Move on to `moment`; an earlier one changes nothing."""
        self._now = max(self._now, moment.astimezone(UTC))

    def advance(self, step: timedelta) -> None:
        """Move on by `step`."""
        self._now += step


class FastClock:
    """Runs `speed` times as fast as another clock, from `start`; for the demo."""

    def __init__(self, start: datetime, speed: float = 1.0, base: Clock | None = None) -> None:
        self._base: Clock = base or SystemClock()
        self._anchor = start.astimezone(UTC)
        self._since = self._base.now()
        self._speed = speed

    @property
    def speed(self) -> float:
        """Seconds shown for each real second."""
        return self._speed

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._anchor + (self._base.now() - self._since) * self._speed

    def real_delay(self, moment: datetime) -> float:
        """Seconds until then."""
        return max(0.0, (moment - self.now()).total_seconds()) / self._speed

    def set_speed(self, speed: float) -> None:
        """Change the pace from now on; ValueError unless it is positive."""
        if speed <= 0:
            raise ValueError(f"speed must be positive, not {speed}")
        self._anchor, self._since, self._speed = self.now(), self._base.now(), speed

    def jump(self, moment: datetime) -> None:
        """Move on to `moment`; an earlier one changes nothing."""
        self._anchor, self._since = max(self.now(), moment.astimezone(UTC)), self._base.now()
