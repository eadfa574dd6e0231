# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draws lines into an SVG: a few panels beside each other, with one legend."""

from __future__ import annotations

from html import escape
from itertools import cycle
from pathlib import Path

COLOURS = ("#0072b2", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#e69f00", "#000000")
WIDTH, HEIGHT, LEFT, TOP = 330, 210, 50, 36

Line = list[tuple[float, float]]


def draw(panels: dict[str, dict[str, Line]], across: str, source: str) -> str:
    """The picture.

    :param panels: by title, each with lines by name. A name has one colour in all panels.
    :param across: what the horizontal axis counts. :param source: said in small print.
    """
    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))
    colours = dict(zip(names, cycle(COLOURS), strict=False))
    width, height = len(panels) * (WIDTH + LEFT + 20), TOP + HEIGHT + 60 + 18 * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" font-family="sans-serif" '
        'font-size="12" role="img">',
        *(f"<!-- {line.lstrip('# ')} -->" for line in Path(__file__).read_text().splitlines()[:3]),
        f"<title>{escape(', '.join(panels))} against the number of {escape(across)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for index, (title, lines) in enumerate(panels.items()):
        parts += [
            f'<g transform="translate({LEFT + index * (WIDTH + LEFT + 20)} {TOP})">',
            *_panel(title, lines, across, colours),
        ]
        parts.append("</g>")
    for index, name in enumerate(names):
        y = TOP + HEIGHT + 60 + 18 * index
        parts.append(f'<rect x="{LEFT}" y="{y - 6}" width="18" height="4" fill="{colours[name]}"/>')
        parts.append(f'<text x="{LEFT + 26}" y="{y}">{escape(name)}</text>')
    parts.append(f'<text x="{width - 20}" y="{height - 12}" text-anchor="end" fill="#666" font-size="10">{escape(source)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, lines: dict[str, Line], across: str, colours: dict[str, str]) -> list[str]:
    right = max(x for line in lines.values() for x, _y in line)
    step = next(
        step
        for step in (5, 10, 20, 25, 50, 100, 200, 500, 1000)
        if step * 6 >= max(y for line in lines.values() for _x, y in line)
    )
    top = step * 6
    parts = [f'<text x="0" y="-14" font-weight="bold">{escape(title)}</text>']
    for value in range(0, top + 1, step):
        y = HEIGHT - HEIGHT * value / top
        parts.append(f'<path d="M0 {y:.1f}H{WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="-8" y="{y + 4:.1f}" text-anchor="end" fill="#444">{value}</text>')
    for value in sorted({x for line in lines.values() for x, _y in line}):
        parts.append(f'<text x="{WIDTH * value / right:.1f}" y="{HEIGHT + 18}" text-anchor="middle" fill="#444">{value:g}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT + 36}" text-anchor="middle" fill="#444">{escape(across)}</text>')
    for name, line in lines.items():
        points = [(WIDTH * x / right, HEIGHT - HEIGHT * y / top) for x, y in sorted(line)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colours[name]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colours[name]}"/>' for x, y in points]
    return parts
