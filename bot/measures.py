"""What can be measured of a running town, in Prometheus' terms. No names, no words."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.channels.base import Result
from bot.core.clock import Clock
from bot.core.decision import Action
from bot.core.reading import Kind
from bot.delivery.entry import Entry
from bot.judging.judgement import Judgement

_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60)


class Measures:
    """Counters, gauges and histograms of one town."""

    def __init__(self, clock: Clock, queued: Callable[[], int], waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        # Looking a counter up by its labels costs more than counting.
        self._of_kind: dict[Kind, Counter] = {}
        self._of_policy: dict[tuple[str, Action], Counter] = {}
        self._messages = Counter(
            "qingqun_messages",
            "Messages judged, by what they were read as",
            ["kind"],
            registry=self.registry,
        )
        self._decisions = Counter(
            "qingqun_decisions",
            "Findings, by policy and the action decided",
            ["policy", "action"],
            registry=self.registry,
        )
        self._outcomes = Counter(
            "qingqun_outcomes",
            "Orders to channels, by verb and outcome",
            ["verb", "outcome"],
            registry=self.registry,
        )
        self.decided = Histogram(
            "qingqun_decision_seconds",
            "From a message's receipt to its durable decision",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._confirmed = Histogram(
            "qingqun_action_seconds",
            "From the decision to the action's final outcome",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        Gauge(
            "qingqun_queue_depth", "Events that wait for the pipeline", registry=self.registry
        ).set_function(queued)
        Gauge("qingqun_outbox_depth", "Orders not yet final", registry=self.registry).set_function(
            waiting
        )

    def judged(self, judgement: Judgement, _: Sequence[int]) -> None:
        """Count a judgement."""
        kind = judgement.reading.kind
        if kind not in self._of_kind:
            self._of_kind[kind] = self._messages.labels(kind.value)
        self._of_kind[kind].inc()
        action = judgement.decision.action
        for finding in judgement.decision.findings:
            key = finding.policy, action
            if key not in self._of_policy:
                self._of_policy[key] = self._decisions.labels(finding.policy, action.word)
            self._of_policy[key].inc()

    def delivered(self, entry: Entry, result: Result) -> None:
        """Count an order's outcome."""
        self._outcomes.labels(entry.order.verb.value, result.outcome.value).inc()
        seconds = (self._clock.now() - entry.created_at).total_seconds()
        self._confirmed.observe(max(0.0, seconds))

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
