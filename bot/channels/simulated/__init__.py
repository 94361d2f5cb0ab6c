"""A stateful chat world and the channel on it: the embedded default, and the base of the tests.

world = World(clock)
world.add_room("巴汝镇政府工作群", {"镇长": Role.LEADER, "白马村书记": Role.MEMBER})
channel = SimulatedChannel(world)
await channel.start(inbox)
await world.post("巴汝镇政府工作群", "镇长", "明天上午9点开会")
await channel.settled()
"""

from bot.channels.simulated.channel import SimulatedChannel
from bot.channels.simulated.faults import Faults, Outage
from bot.channels.simulated.room import Kept, Refusal, RefusedError
from bot.channels.simulated.world import World

__all__ = ["Faults", "Kept", "Outage", "Refusal", "RefusedError", "SimulatedChannel", "World"]
