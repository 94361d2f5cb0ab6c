"""Words of addressees: cuts a folded text into words and tells each word's class by one letter.

The grammar in `addressees` is written over these letters. `addressees.bin` holds 18,000 common
words by class (derived from the dictionary of jieba, MIT licence, and kept to what work groups
write; `lexicon` rebuilds it); the words below matter to the grammar and overrule it.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind

LEXICON = Path(__file__).parent / "addressees.bin"
# E each · W every · A all · U unit · h its last character, k the same after 各 only · P people
# Z z a person's name · X surname · T time · N must, also … · Q asks somebody to · O makes a receiver
# V acts on people · L joins · r you · the others as in jieba
# fmt: off
OWN: dict[str, str] = {
    "E": "各 各位 各个 各级 各自 各有关 各相关",
    "W": "每 每个 每名 每位 每家",
    "A": (
        "全体 全部 所有 全镇 全乡 全院 全校 全县 全市 全村 全区 全街道 全所 全队 全馆 "
        "机关全体 其他 其余 其它 相关 有关 涉及"
    ),
    "U": (
        "社区 支部 党支部 总支 党委 党组 村委 村委会 居委 居委会 居 村支部 办公室 站所 站办所 "
        "工作队 驻村队 驻村工作队 工作组 专班 单位 成员单位 责任单位 部门 科室 股室 处室 "
        "中心校 学校 中学 小学 幼儿园 医院 卫生院 卫生室 中心 服务中心 公司 企业 门店 网格 "
        "片区 班组 班级 年级 考点 点位 接种点 采样点 卡口 岗位 项目部 项目 车间 工区 管护站 "
        "管理区 水库 泵站 分局 银行 酒店 物业 残联 残协 妇联 团委 工会 商会 业委会 武装部 "
        "乡镇 镇街 街道 县区 苏木 嘎查 小组 大队 中队 支队 连队 班子 窗口 派出所 司法所 "
        "财政所 供电所 屠宰场 保卫处 卫健 住建 水务 应急 环卫 城管 消防 公安 交警 食堂 后勤 "
        "财务 村里 村上 两委 农办 党政办 党建办 应急办 综治办 卫健办 社事办 经发办 城管办 "
        "数字办 民政办 信访办 纪委 组织办 宣传办 市场所 国土所 规自所 自然资源所 林业站 "
        "水利站 农技站 农机站 畜牧站 兽医站 文化站 社保所 便民中心 农业服务中心 抢险队 护林队 "
        "扑火队 应急队 救援队 半专业队 施工队 消防队 民兵连 救护队 工作站 服务站 团支部 "
        "施工方 燃气公司 供水公司 水务公司 乡里 镇里 保安室 矿灯房 机要室 总务处 监委会 "
        "村监委会 理事会 合作社 卫生所 医务室 国资公司 执法队 交管站 交管所 动检站 统计站 "
        "党小组 教研组 流调组 转运组 保障组 消杀组 采样组 后勤组 分会 选委会 监测点 调查点 "
        "教学点 哨卡 泵房 岗亭 门岗 小区 楼栋 年级组 备课组 路段 所队 站队 厂矿"
    ),
    "h": "村 社 组 办 站 所 局 队 院 校 乡 镇 县 区 庄 店 园 科 股 班 连 屯 厂 居 哨",
    "k": "点 户 片 处 部 厅 场 室 家 中心 门 段 街 路 巷",
    "P": (
        "员 组织委员 宣传委员 纪检委员 民政员 主理人 监测员 协管员 林长 渠长 食安协管员 "
        "调查员 辅助调查员 选委会主任 书记 第一书记 主任 副主任 镇长 副镇长 乡长 副乡长 村长 "
        "组长 副组长 队长 站长 所长 校长 园长 院长 科长 股长 局长 楼长 河长 路长 路段长 片长 "
        "点长 班长 店长 网格长 微网格长 一把手 负责人 负责同志 联络员 联系人 网格员 护林员 "
        "统计员 普查员 辅导员 班主任 老师 教师 医生 护士 会计 文书 干事 干部 委员 党员 团员 "
        "同志 值班人员 工作人员 人员 专干 防疫员 信息员 保洁员 志愿者 家长 业主 客户 执委 "
        "驾驶员 司机 保育员 管家 经理 主管 领导 成员 班子成员 代表 队员 学员 渔管员 督导员 "
        "巡堤员 水管员 安全员 调解员 排查员 支书 村支书 村书记 村主任 民兵 教练 村医 船老大 "
        "抄表员 厨师 机手 宿舍长 楼组长 主持人 骨干 租户 师生 教职工 家属 同学 朋友 伙伴 烟农 "
        "主播 写手 村干部 机关干部 包村干部 驻村干部 包片领导 包村领导 包案领导 分管领导 "
        "党员干部 镇干部 乡干部 巡河员 大家长 男生 女生 摊主 男同志 女同志 同事 住户 居民 "
        "职工 员工 党员户 护士长 村民小组长 小组长 民警 辅警 报账员 战友 老兵 驻村第一书记 "
        "驻村队长 村干 值班员 保安 厨工 师傅 养殖户 养户 种粮大户 店主 老板 商会长 妇联主席 "
        "主席 连长 民兵连长 协理员 协管 治保 检疫员 帮办员 管理员 炊事员 招商员 责任人 户主 "
        "经办人 房东 船东 群主 代办员 通讯员 记者 门卫 两委成员 村两委 同志们 老师们 商户 "
        "组长们 督学 段长 堤段长 屯长 秘书 文书们 联防"
    ),
    "T": (
        "今天 今日 今晚 今早 今夜 明天 明日 明早 明晚 后天 后日 大后天 上午 下午 中午 晚上 "
        "早上 凌晨 傍晚 下班前 下班 上班前 上班 周一 周二 周三 周四 周五 周六 周日 周末 星期一 星期二 "
        "星期三 星期四 星期五 星期六 星期天 星期日 礼拜一 礼拜二 礼拜三 礼拜四 礼拜五 本周 "
        "下周 这周 月底 月底前 年底 本月 下月 现在 即刻 即日起 即日 之前 以前 前 每天 每日 "
        "每周 每月 日前 点前 号前 点半 今明两天 月 日 号 时 年 起 本周内 天黑前 今儿 今儿个 "
        "明儿 晚饭前 分 内 会后 平时 夜里 白天 每晚 每半小时"
    ),
    "N": (
        "马上 立即 立刻 赶紧 抓紧 尽快 务必 必须 迅速 火速 赶快 准时 按时 一律 统一 都 也 要 "
        "先 需 应 须 得 不得 不要 不许 不准 别 莫 严禁 禁止 认真 自行 继续 逐 配合 牵头 负责 "
        "就 全 再 不 可以 只 自己 各自 一家 逐一 逐户 及时 直接 主动 提前 挨户 挨家 各出 协助 "
        "汇总 参加 参会 留 注意 集合 出发 带队 统筹 合稿 跟进 协同 支持 听着 听好 辛苦"
    ),
    "Q": "请 让 由 叫 喊 麻烦 烦请 望 请让 劳烦 拜托 提醒 恳请 敬请 特请 并请",
    "O": (
        "报 交 送 发 给 往 向 对 找 跟 报送 发给 交给 报给 送到 发到 交到 报到 反馈给 告诉 比 "
        "替 转发 分配到 报各 发各 为 被 联系 私发 问 查 归 陪 等 到"
    ),
    "o": "将 把 在 从 按 按照 根据 于 对照 用 以 依 出 拿 派 抽",
    "V": (
        "通知 组织 安排 动员 发动 督促 带 带领 告知 推荐 走访 慰问 看望 转移 劝返 关心 教育 "
        "指导 盯 抓 选 核实 摸排 排查 登记 统计 检查 宣传 停止 做 看 搞 报名 清理 整治 填 补 "
        "值班 上报 落实 完成 上门 清点 自带 坐镇 对账 巡查 值守 投票 接龙 签到 签字 派车 出车 "
        "点开 点赞 点击 点名 点进"
    ),
    "r": (
        "大家 谁 你 你们 您 我们 咱们 咱 我 他 她 它 他们 谁家 哪个 哪家 哪 这 那 这个 那个 "
        "人家"
    ),
    "L": "、 和 及 以及 与 + / 会同",
    ",": ", ; ~",
    ".": "。 ! ?",
    ":": ":",
    "(": "( [ 【 〔 《 “ \" 「",
    ")": ") ] 】 〕 》 ” 」",
    "@": "@ # . ① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨ → - 📌 📍 👥",
    "m": "〇 一 二 三 四 五 六 七 八 九 十 两 几 半 0 1 2 3 4 5 6 7 8 9",
    "u": "的 了 着 吧 吗 呢 啊 哈 嘛 已 已经 刚 刚才",
    "c": "但 但是 其中 特别是 尤其是 尤其 另外 同时 然后 并 并且 一是 二是 三是 四是 还有",
    "n": "机关 地 期间 之间 大会 会议 班车 自建 群 表 名单 台账 材料 数据 情况 照片",
}
# fmt: on
SURNAMES = (
    "周"
    "赵钱孙李周吴郑王冯陈沈韩杨朱秦许何吕施张孔曹严魏陶姜谢邹潘葛范彭鲁韦马苗俞袁柳史唐费薛雷"
    "贺倪汤罗毕郝傅康伍余顾孟黄萧尹姚邵汪毛狄戴宋熊纪舒屈项祝董梁杜阮蓝季贾江童颜郭梅林钟徐邱骆"
    "夏蔡田樊胡凌霍虞柯卢丁邓洪崔龚程邢裴陆翁甄靳焦侯甘武刘詹龙叶黎赖乔谭冉尚温庄晏柴阎廖耿聂曾"
    "游肖苟覃粟蒲付邬佘饶瞿魏段苏岳陈翟窦闫昝廉习易卓商鲍穆"
)

# Common words that cut a phrase in the wrong place: 各村|民政员, 各村|务必.
_MISLEADING = ("五组", "五下", "一小", "五下", "村民", "村务", "村规", "站后", "组接", "所填")


def _classes() -> dict[str, str]:
    classes: dict[str, str] = {}
    for line in zlib.decompress(LEXICON.read_bytes()).decode().splitlines():
        kind, *words = line.split(" ")
        if kind == "m":  # 五组 is a unit
            words = [word for word in words if word[-1] not in "组班队社村站所区街连"]
        classes.update(dict.fromkeys(words, kind))
    for word in _MISLEADING:
        classes.pop(word, None)
    classes |= {
        f"{n}点": "T"
        for n in (*range(25), *"一二两三四五六七八九十", "十一", "十二", "几", "多", "半")
    }
    classes |= {f"{n:02d}": "m" for n in range(100)} | {str(n): "m" for n in range(2018, 2032)}
    for kind, listed in OWN.items():
        classes.update(dict.fromkeys(listed.split(" "), kind))
    classes |= dict.fromkeys(SURNAMES, "X") | dict.fromkeys("小老阿", "x")
    return classes | {" ": "_", "\n": ".", "\ue000": "Z", "\ue001": "z"}


_CLASSES = _classes()
_VERB = (
    "(?:牵头|负责|带|你|做|写|补|撤|立即|管|送|接|领|先|马上|今|明|把|守|跟|主[讲持抓]|拉|配合|汇总|统筹"
    "|协调|组织|去|来|出去|上|下|早上|上午|下午|统一|发|报|交|盯|协同|和|、|与|同|准备|安排|整理|打|再|别|看|拿|现场|说|合|跑|摸)"
)
_TITLE = (
    "副?(?:书记|主任|镇长|乡长|部长|主席|所长|站长|校长|院长|科长|局长|组长|经理|老师|医生|大夫|师傅|委员|会计"
    "|支书|文书|督学|警官|律师|队长|总|工(?!作|程|会|业)|镇(?![上里政])|姐|哥|叔|婶|嫂|婆|队(?!伍))"
)
_PERSON = re.compile(
    # A first look at the character that each begins with spares trying the rest everywhere.
    f"(?=[{SURNAMES}向文任方石高金曲章习小老阿])(?:"
    f"[{SURNAMES}向文任方石高金曲章习]{_TITLE}"
    f"|[{SURNAMES}高石任马][^\\W\\d_a-z长员村镇乡县区社组站所局队办院校目点的了在是们家户]{{1,2}}?(?={_VERB}|,你|,[^,。]{{0,3}}你)"
    "|(?:(?<![大从年古弱])[小老](?![请把派将在要先都也于的了是不很早晚一二三四五六七八九十几两少多大村区学时组孩师板百人乡旧家户"
    "年镇伴车程额型心麦雨雪朋伙爷奶实屋虎鼠鹰河同寨街路巷店营桥城乡干])|阿)[\u4e00-\u9fff](?![分区学组队段楼屯村店板河]))"
)
_PERSON_NOT = re.compile(
    "张[榜贴]|许可|马上|严[禁格防]|范围|何时|夏[季粮]|田[间里]|任[何务]|谢谢|毛病|管[好理]|江边|石头|高[铁考温中血龄]|方[案可便向]"
    "|金[额融]|文[件书明]|常[态务]|史[料]|陈[列旧]|施工|罗列|温[度馨室]|余额|童[装]|白|程序|周[一二三四五六日末边内]|付[款]|章程|季度|单位|伍"
    "|习惯|易[燃爆腐]|陆[续]|党|路[口灯边上面]|连[夜续]|司[法]|计划|严|包|向[上群各]|康复|安[全排]"
)


def _mask(folded: str) -> str:
    """Cover persons' names, so that no common word is found across their end."""

    def cover(found: re.Match[str]) -> str:
        name = found[0]
        return name if _PERSON_NOT.match(name) else "\ue000" + "\ue001" * (len(name) - 1)

    return _PERSON.sub(cover, folded)


_WORDS = sorted(word for word in _CLASSES if len(word) > 1)
_KINDS = [_CLASSES[word] for word in _WORDS]
_SINGLE = {word: kind for word, kind in _CLASSES.items() if len(word) == 1}
_AUTOMATON = AhoCorasick(_WORDS, matchkind=MatchKind.LeftmostLongest)


def cut(folded: str) -> tuple[str, list[int]]:
    """Return one class letter a word ("?" for an unknown character) and where each word begins.

    The list has one more entry than there are letters: the end of the text.
    """
    folded = _mask(folded)
    single = "".join([_SINGLE.get(char, "?") for char in folded])
    letters: list[str] = []
    starts: list[int] = []
    position = 0
    for word, start, end in _AUTOMATON.find_matches_as_indexes(folded):
        if position < start:
            letters.append(single[position:start])
            starts += range(position, start)
        letters.append(_KINDS[word])
        starts.append(start)
        position = end
    letters.append(single[position:])
    starts += range(position, len(folded) + 1)
    return "".join(letters), starts
