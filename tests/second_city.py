"""A small plan of an invented city, to show that the importer knows the shape of plans and not one plan.

Its columns have other names and another order than Jingdezhen's, its signs are full-width, and its page breaks, merged
cells and glued names stand in other places. Five indicators, six tasks, four projects.
"""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.document import Document

from ecociv.plan.package import Indicator, Organisation, Project, Task, Zone, ZonePackage, package_from_items

INDICATORS: list[tuple[str, str, str, str, str, str, str, str]] = [
    # category, number, name, unit, 2020 (base), 2023, 2025, nature
    ("水与土", "1", "国家考核断面优良比例", "%", "80", "85", "90", "约束性"),
    ("水与土", "2", "基本农田保护面积", "万亩", "41.5", "41.5", "41.5", "约束性"),
    ("生产与生活", "3", "用能构成", "-", "5:60:35", "4:58:38", "3:55:42", "预期性"),
    ("生产与生活", "4", "绿道长度", "公里", "3", "4", "5", "预期性"),
    ("生产与生活", "5", "环保志愿者人数", "万人", "0.8", "1.2", "稳步提高", "预期性"),
]

TEXT = """清河市某某网  首页 > 公告
附件1：清河市绿色发展指标
附件2：清河市绿色发展任务清单
附件3：清河市绿色发展项目清单
附件1

清河市绿色发展指标
类别
序号
指标
计量单位
2020年（基期）
2023年
2025年
属性
水与土
1
国家考核断面优良比例
%
80
85
90
约束性
2
基本农田保护面积
万亩
41.5
41.5
41.5
约束性
生产与生活
3
用能构成
-
5：60：35
4：58：38
3：55：42
预期性
4
绿道长度
公里
3
4
5
预期性
5
环保志愿者人数
万人
0.8
1.2
稳步提高
预期性

附件2

清河市绿色发展任务清单
序号
主要任务
工作内容
牵头单位
配合单位
完成时限
（一）净水护土
1
河道治理
疏浚城区三条河道，沿岸种树。
市水利局
市林业局、市住建局等，各乡镇政府
２０２３年底前完成，疏浚河道３０公里。
2
清查入河排污口，一口一策整改。
市生态环境局市水利局
各乡镇政府
2022年启动，2024年基本完成。
3
耕地保护
给受污染耕地建档，按季采样。
市农业农村局
\xa0
2021—2025年
序号
主要任务
工作内容
牵头单位
配合单位
完成时限
(
二）清洁生活
4
垃圾分类
在全部小区设分类投放点，配备督导员。
市城管局
市住建局
市商务局等
分类小区覆盖率2023年达到70%，2025年达到95%以上。
5
绿色出行
绿色出行
新建自行车道，调整公交线路。
市交通局
市公安局
\xa0
6
每年开展一次无车日活动。
市交通局
团市委等
自2021年起，每年举办。

附件3
清河市绿色发展项目清单
工程
名称
项目名称
建设内容
责任单位
配合单位
建设期限
一、碧水工程
1.城东污水厂扩建
新增日处理能力2万立方米。
市住建局
市财政局
2022-2024年
2.河口湿地修复
修复湿地1200亩，建观鸟屋3座。
市林业局
市水利局、
市财政局
2025年底前建成。
二、净土工程
二、净土工程
3.3号矿坑复绿
矿坑回填并种草。
市自然资源局
2023年6月底前完成。
4.废旧农膜回收
在各乡镇设回收点，回收率提高20%。
市农业农村局
各乡镇政府
2021-2023年

打印本页 | 关闭窗口
友情链接
"""

LEADS = {
    1: ("市水利局",),
    2: ("市生态环境局", "市水利局"),
    3: ("市农业农村局",),
    4: ("市城管局", "市住建局"),
    5: ("市交通局",),
    6: ("市交通局",),
}
SUPPORTS = {
    1: ("市林业局", "市住建局", "各乡镇政府"),
    2: ("各乡镇政府",),
    3: (),
    4: ("市商务局",),
    5: ("市公安局",),
    6: ("团市委",),
}


DATES: dict[int, tuple[int | None, int | None]] = {
    1: (None, 2023),
    2: (2022, 2024),
    3: (2021, 2025),
    4: (None, 2025),
    5: (None, None),
    6: (2021, None),
}


def package() -> ZonePackage:
    """The plan as data, as someone of that city would have entered it."""

    def both(zh: str) -> dict[str, str]:
        return {"zh": zh, "en": f"[{zh}]"}

    zone = Zone.model_validate(
        {
            "key": "qinghe",
            "name": both("清河市"),
            "title": both("清河市绿色发展方案"),
            "division_code": "999900",
            "area": {"value": 1200, "unit": "km ** 2", "verified": False, "note": both("示例")},
            "counties": [],
            "plan": {
                "title": both("清河市绿色发展方案"),
                "number": None,
                "issued": "2021-01-04",
                "published": "2021-01-05",
                "issuing_bodies": ["清河市政府"],
                "counts": {"indicators": 5, "tasks": 6, "projects": 4},
            },
            "base_year": 2020,
            "milestones": [2023, 2025],
            "leading_group_office": "市生态环境局",
            "stages": [],
            "categories": [
                {"key": "water-soil", "name": both("水与土"), "indicators": [1, 2]},
                {"key": "life", "name": both("生产与生活"), "indicators": [3, 5]},
            ],
            "systems": [
                {"key": "clean", "number": "一", "title": both("净水护土"), "tasks": [1, 3]},
                {"key": "living", "number": "二", "title": both("清洁生活"), "tasks": [4, 6]},
            ],
            "topics": [
                {"key": "river", "system": "clean", "title": both("河道治理")},
                {"key": "soil", "system": "clean", "title": both("耕地保护")},
                {"key": "waste", "system": "living", "title": both("垃圾分类")},
                {"key": "traffic", "system": "living", "title": both("绿色出行")},
            ],
            "programmes": [
                {"key": "water", "number": 1, "title": both("碧水工程")},
                {"key": "soil", "number": 2, "title": both("净土工程")},
            ],
        }
    )
    names = {name for bodies in (*LEADS.values(), *SUPPORTS.values()) for name in bodies}
    bodies = [
        {
            "key": f"body-{place}",
            "name": name,
            "full_name": f"清河{name}",
            "name_en": f"Body {place}",
            "kind": "government",
        }
        for place, name in enumerate(sorted(names | {"市财政局", "市自然资源局"}))
    ]
    topics = ["river", "river", "soil", "waste", "traffic", "traffic"]
    figures = {1: [(2023, 30, "公里", "km")], 4: [(2023, 70, "%", "percent"), (2025, 95, "%", "percent")]}
    tasks = [
        {
            "number": number,
            "system": "clean" if number < 4 else "living",
            "topic": topics[number - 1],
            "title": both(f"任务{number}"),
            "summary": both(f"任务{number}的内容"),
            "lead": LEADS[number],
            "support": SUPPORTS[number],
            "support_open": number in (1, 4, 6),
            "start": DATES[number][0],
            "due": DATES[number][1],
            "recurring": {"every": "year", "from": 2021, "duty": both("无车日")} if number == 6 else None,
            "targets": [
                {
                    "quantity": both("数量"),
                    "year": year,
                    "unit": unit,
                    "unit_label": label,
                    "target": {"at_least": value},
                }
                for year, value, label, unit in figures.get(number, ())
            ],
        }
        for number in range(1, 7)
    ]
    indicators = [_indicator(row, both) for row in INDICATORS]
    return package_from_items(
        zone,
        [Organisation.model_validate(body) for body in bodies],
        [Indicator.model_validate(item) for item in indicators],
        [Task.model_validate(task) for task in tasks],
        [Project.model_validate(project) for project in _projects(both)],
    )


def _indicator(row: tuple[str, ...], both: Any) -> dict[str, Any]:
    category, number, name, unit, base, first, second, nature = row
    composition = ":" in base

    def value(cell: str) -> Any:
        if not composition:
            return float(cell)
        return dict(zip(("farming", "industry", "services"), map(int, cell.split(":")), strict=True))

    def target(cell: str) -> dict[str, Any]:
        if cell == "稳步提高":
            return {"qualitative": {"acceptance": both(cell)}}
        return {"composition": value(cell)} if composition else {"at_least": value(cell)}

    item: dict[str, Any] = {
        "number": int(number),
        "key": f"indicator-{number}",
        "category": "water-soil" if category == "水与土" else "life",
        "name": both(name),
        "unit": "percent",
        "unit_label": {"zh": unit, "en": unit},
        "direction": "keep" if composition else "increase",
        "direction_basis": both("示例"),
        "kind": "composition" if composition else "ratio",
        "obligation": "binding" if nature == "约束性" else "expected",
        "supplier": {"body": "市水利局", "sure": True},
        "series": [
            {"key": number, "baseline": value(base), "targets": {2023: target(first), 2025: target(second)}}
        ],
    }
    if composition:
        item["parts"] = {
            part: {"name": both(part), "direction": "keep"} for part in ("farming", "industry", "services")
        }
    return item


def _projects(both: Any) -> list[dict[str, Any]]:
    rows: list[tuple[str, str, list[str], list[str], int | None, int | str]] = [
        ("water", "城东污水厂扩建", ["市住建局"], ["市财政局"], 2022, 2024),
        ("water", "河口湿地修复", ["市林业局"], ["市水利局", "市财政局"], None, 2025),
        ("soil", "3号矿坑复绿", ["市自然资源局"], [], None, "2023-06"),
        ("soil", "废旧农膜回收", ["市农业农村局"], ["各乡镇政府"], 2021, 2023),
    ]
    figures: dict[int, list[tuple[int, str, str]]] = {
        1: [(2, "万立方米", "wan_m3")],
        2: [(1200, "亩", "mu"), (3, "座", "item")],
        4: [(20, "%", "percent")],
    }
    return [
        {
            "number": number,
            "programme": programme,
            "title": both(title),
            "summary": both(f"{title}的内容"),
            "lead": lead,
            "support": support,
            "start": start,
            "due": due,
            "targets": [
                {
                    "quantity": both("数量"),
                    "year": None,
                    "unit": unit,
                    "unit_label": label,
                    "target": {"at_least": value},
                }
                for value, label, unit in figures.get(number, ())
            ],
        }
        for number, (programme, title, lead, support, start, due) in enumerate(rows, start=1)
    ]


def word_document() -> bytes:
    """The same plan as a Word file: merged cells, another order of columns, one table cut in two by a page."""
    document = docx.Document()
    document.add_paragraph("清河市绿色发展方案")
    _indicator_table(document)
    _task_tables(document)
    _project_table(document)
    return _bytes(document)


def _bytes(document: Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _fill(table: Any, rows: list[list[str]]) -> None:
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, words, strict=True):
            if text:
                cell.text = text


def _indicator_table(document: Document) -> None:
    rows = [
        ["类别", "序号", "指标", "计量单位", "指标值", "", "", "属性"],
        ["", "", "", "", "2020年", "2023年", "2025年", ""],
    ]
    rows += [[row[0] if row[1] in "13" else "", *row[1:]] for row in INDICATORS]
    table = document.add_table(len(rows), 8)
    _fill(table, rows)
    table.cell(0, 4).merge(table.cell(0, 6))
    for column in (0, 1, 2, 3, 7):
        table.cell(0, column).merge(table.cell(1, column))
    table.cell(2, 0).merge(table.cell(3, 0))
    table.cell(4, 0).merge(table.cell(6, 0))


def _task_tables(document: Document) -> None:
    heading = ["序号", "主要任务", "工作内容", "完成时限", "牵头单位", "配合单位", "备注"]
    first = [
        heading,
        ["(一)净水护土", "", "", "", "", "", ""],
        [
            "1",
            "河道治理",
            "疏浚城区三条河道，沿岸种树。",
            "2023年底前完成，疏浚河道30公里。",
            "市水利局",
            "市林业局、市住建局等，各乡镇政府",
            "",
        ],
        [
            "2",
            "",
            "清查入河排污口，一口一策整改。",
            "2022年启动，2024年基本完成。",
            "市生态环境局\n市水利局",
            "各乡镇政府",
            "",
        ],
        ["3", "耕地保护", "给受污染耕地建档，按季采样。", "2021—2025年", "市农业农村局", "", ""],
    ]
    table = document.add_table(len(first), 7)
    _fill(table, first)
    table.cell(1, 0).merge(table.cell(1, 6))
    table.cell(2, 1).merge(table.cell(3, 1))
    second = [
        ["(二)清洁生活", "", "", "", "", "", ""],
        [
            "4",
            "垃圾分类",
            "在全部小区设分类投放点，配备督导员。",
            "分类小区覆盖率2023年达到70%，2025年达到95%以上。",
            "市城管局\n市住建局",
            "市商务局等",
            "",
        ],
        [
            "5",
            "绿色出行",
            "新建自行车道，调整公交线路。",
            "自2021年起，每年举办。",
            "市交通局",
            "市公安局",
            "",
        ],
        ["6", "", "每年开展一次无车日活动。", "", "市交通局", "团市委等", ""],
    ]
    document.add_paragraph("(续表)")
    table = document.add_table(len(second), 7)
    _fill(table, second)
    table.cell(0, 0).merge(table.cell(0, 6))
    table.cell(2, 1).merge(table.cell(3, 1))
    table.cell(2, 3).merge(table.cell(3, 3))


def _project_table(document: Document) -> None:
    rows = [
        ["工程名称", "序号", "项目名称", "责任单位", "配合单位", "建设内容", "建设期限"],
        [
            "一、碧水工程",
            "1",
            "城东污水厂扩建",
            "市住建局",
            "市财政局",
            "新增日处理能力2万立方米。",
            "2022-2024年",
        ],
        [
            "",
            "2",
            "河口湿地修复",
            "市林业局",
            "市水利局、\n市财政局",
            "修复湿地1200亩，建观鸟屋3座。",
            "2025年底前建成。",
        ],
        ["二、净土工程", "3", "3号矿坑复绿", "市自然资源局", "", "矿坑回填并种草。", "2023年6月底前完成。"],
        [
            "",
            "4",
            "废旧农膜回收",
            "市农业农村局",
            "各乡镇政府",
            "在各乡镇设回收点，回收率提高20%。",
            "2021-2023年",
        ],
    ]
    table = document.add_table(len(rows), 7)
    _fill(table, rows)
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(4, 0))
