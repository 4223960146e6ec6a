"""What honest causes there are; each test names those that could bring about what it sees."""

from __future__ import annotations

from ecociv.core.text import Text

ROUNDING = Text(
    zh="仪器或传输按较粗的步长取整", en="The instrument or the transmission rounds to a coarser step."
)
CONVERSION = Text(
    zh="单位换算（如ppb换算为µg/m³）使某些末位数不能出现",
    en="A conversion of units (ppb to µg/m³) leaves out some last digits.",
)
MEANS = Text(
    zh="数值是若干整数读数的平均，某些末位数本来就多",
    en="The values are means of whole readings, which end in some digits more often.",
)
FILLED = Text(
    zh="缺测时段由系统按前值或插补填充",
    en="Gaps were filled by the system with the last value or an estimate.",
)
REPLAY = Text(zh="数据采集仪故障后重发旧数据", en="The data logger sent old data again after a fault.")
SMOOTH_WEATHER = Text(
    zh="稳定天气下相邻日变化相近", en="Under steady weather one day can run much like another."
)
CONTROL = Text(
    zh="企业或设施按限值自动控制，使结果自然贴近限值之下",
    en="A process is controlled to the limit, so that results lie just below it by design.",
)
LIMIT_OF_METHOD = Text(
    zh="方法检出限或量程恰在该处", en="The limit of detection or the end of the range lies just there."
)
LOCAL_SOURCE = Text(
    zh="站点附近有按班次运行的污染源或交通", en="A source or traffic beside the station works in shifts."
)
CALIBRATION = Text(
    zh="每日定时校零、校标或切换进气", en="The instrument checks its zero or span at a fixed hour each day."
)
MAINTENANCE = Text(zh="仪器维护、更换或标定", en="The instrument was maintained, replaced or calibrated.")
METHOD_CHANGE = Text(
    zh="监测方法、工况（如标况改实况）或点位变更",
    en="The method, the reference conditions or the site changed.",
)
SOURCE_CHANGE = Text(
    zh="附近污染源开、停或施工", en="A source nearby opened, closed or was under construction."
)
SHELTERED = Text(
    zh="点位远离污染源或受地形遮挡，变化本就较小",
    en="The site is far from sources or sheltered, so that it varies less.",
)
AVERAGED = Text(zh="上报的是滑动平均而非小时值", en="Running means were reported in place of hourly values.")
OTHER_COVERAGE = Text(
    zh="报表口径与站点不同（范围、时段或代表性）",
    en="The return covers another area or period than the stations do.",
)
DRIFT = Text(zh="传感器漂移或系统误差", en="The sensors drifted or have an error in common.")
CORRECTION_ROUND = Text(
    zh="例行审核集中更正，例如标定后统一修正漂移",
    en="A routine review corrects many values at once, as after a calibration that found a drift.",
)
LATE_CHANNEL = Text(
    zh="网络中断后补传，或人工样品的实验室分析本就滞后",
    en="Transmission was interrupted and made up later, or the laboratory takes its time.",
)
REPORTING_ROUND = Text(
    zh="报表制度规定在截止日前集中报送", en="Returns are due on that day, so that most come just before it."
)
LOW_LEVEL = Text(
    zh="浓度低，数值只在少数几档之间变动", en="Levels are low, so that values move between a few steps only."
)
