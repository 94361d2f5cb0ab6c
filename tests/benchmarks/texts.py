"""What is said in the benchmarks of the durable path."""

from datetime import UTC, datetime

#: A Monday, 10:00 in the town.
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TEXTS = (
    "请各村明天下午5点前把预备党员名单报党建办",
    "我们村只有两户，还用报吗",
    "土匠村已完成入户排查46户",
    "收到",
    "这个表要盖章不",
    "更正：会议改到下午3点，地点不变",
    "早安，愿你每天都有好心情",
    "口径按去年的来，不清楚的打我电话",
)
