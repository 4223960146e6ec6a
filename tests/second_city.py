"""A small plan of an invented city, to show that the importer knows the shape of plans and not one plan.

Its columns have other names and another order than Jingdezhen's, its signs are full-width, and its page breaks, merged
cells and glued names stand in other places. Five indicators, six tasks, four projects.
"""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.document import Document

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
    rows = [["类别", "序号", "指标", "计量单位", "指标值", "", "", "属性"], ["", "", "", "", "2020年", "2023年", "2025年", ""]]
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
        ["1", "河道治理", "疏浚城区三条河道，沿岸种树。", "2023年底前完成，疏浚河道30公里。", "市水利局", "市林业局、市住建局等，各乡镇政府", ""],
        ["2", "", "清查入河排污口，一口一策整改。", "2022年启动，2024年基本完成。", "市生态环境局\n市水利局", "各乡镇政府", ""],
        ["3", "耕地保护", "给受污染耕地建档，按季采样。", "2021—2025年", "市农业农村局", "", ""],
    ]
    table = document.add_table(len(first), 7)
    _fill(table, first)
    table.cell(1, 0).merge(table.cell(1, 6))
    table.cell(2, 1).merge(table.cell(3, 1))
    second = [
        ["(二)清洁生活", "", "", "", "", "", ""],
        ["4", "垃圾分类", "在全部小区设分类投放点，配备督导员。", "分类小区覆盖率2023年达到70%，2025年达到95%以上。", "市城管局\n市住建局", "市商务局等", ""],
        ["5", "绿色出行", "新建自行车道，调整公交线路。", "自2021年起，每年举办。", "市交通局", "市公安局", ""],
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
        ["一、碧水工程", "1", "城东污水厂扩建", "市住建局", "市财政局", "新增日处理能力2万立方米。", "2022-2024年"],
        ["", "2", "河口湿地修复", "市林业局", "市水利局、\n市财政局", "修复湿地1200亩，建观鸟屋3座。", "2025年底前建成。"],
        ["二、净土工程", "3", "3号矿坑复绿", "市自然资源局", "", "矿坑回填并种草。", "2023年6月底前完成。"],
        ["", "4", "废旧农膜回收", "市农业农村局", "各乡镇政府", "在各乡镇设回收点，回收率提高20%。", "2021-2023年"],
    ]
    table = document.add_table(len(rows), 7)
    _fill(table, rows)
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(4, 0))
