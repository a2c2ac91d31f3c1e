"""The table of a run."""

from dataclasses import dataclass

from timing import summary


@dataclass
class Line:
    """One line of the table."""

    row: str
    what: str
    numbers: tuple = ()
    unit: str = ""
    ratio: tuple = ()
    ratio_format: str = "{:.2f}x"
    bar: str = ""
    holds: bool | None = None
    others: str = ""

    def cells(self):
        numbers = [f"{value:,.0f}" if value >= 100 else f"{value:.2f}" for value in self.numbers]
        if len(numbers) == 1:
            numbers = ["", numbers[0], ""]
        ratio = [self.ratio_format.format(value) for value in self.ratio]
        mark = {True: "ok", False: "short", None: ""}[self.holds]
        return [self.row, self.what, *(numbers or ["", "", ""]), self.unit,
                *(ratio or ["", "", ""]), self.bar, mark, self.others]


HEAD = ["row", "", "min", "median", "max", "", "min", "median", "max", "bar", "", "others"]
LEFT = {0, 1, 5, 9, 10, 11}


class Report:
    """Lines that are collected and printed together."""

    def __init__(self, judges=True):
        self.lines = []
        self.notes = []
        # A short run says nothing about the bars.
        self.judges = judges

    def rate(self, row, what, series, unit, patience, **more):
        """A series of rates as a line."""
        self.add(Line(row, what, summary(series.values), unit,
                      others=series.disturbance(patience.limit), **more))

    def add(self, line):
        if not self.judges:
            line.holds = None
        self.lines.append(line)

    def note(self, text):
        self.notes.append(text)

    @property
    def falls_short(self):
        return any(line.holds is False for line in self.lines)

    def print(self):
        if not self.lines:
            return
        table = [HEAD] + [line.cells() for line in self.lines]
        widths = [max(len(row[i]) for row in table) for i in range(len(HEAD))]
        for row in table:
            cells = [cell.ljust(width) if i in LEFT else cell.rjust(width)
                     for i, (cell, width) in enumerate(zip(row, widths))]
            print("  ".join(cells).rstrip())
        for note in self.notes:
            print(note)
