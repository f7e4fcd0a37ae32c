"""What of a README is not its language: headings, blocks of commands, names, tables and pictures. Values of text."""

import re
from collections import Counter
from dataclasses import dataclass, field

HEADING = re.compile(r"(#+) (.+)")
SPAN = re.compile(r"`([^`]+)`")
PICTURE = re.compile(r'\bsrc(?:set)?="([^"]+)"')
COMMENT = re.compile(r"(?:^|\s+)#\s.*")
DRAWN = "──"
SAID = re.compile(r"\(.*?\)")
FENCE = "```"


@dataclass(slots=True)
class Section:
    """`rows`: how many cells each row of its tables has."""

    level: int
    title: str
    blocks: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Without its blocks, in one line: a name may be broken by a line's end."""
        return " ".join(self.lines)

    @property
    def spans(self) -> Counter[str]:
        """What stands between backquotes."""
        return Counter(SPAN.findall(self.text))

    @property
    def rows(self) -> list[int]:
        """Cells of each row of a table."""
        return [SPAN.sub("", line).count("|") for line in self.lines if line.startswith("|")]

    @property
    def pictures(self) -> list[str]:
        """Their files."""
        return PICTURE.findall(self.text)


def sections(text: str) -> list[Section]:
    """Each heading with what stands below it, until the next one of any level."""
    found: list[Section] = []
    is_inside = False
    for line in text.splitlines():
        if line.startswith(FENCE):
            is_inside = not is_inside
            if is_inside:
                found[-1].blocks.append([])
        elif is_inside:
            found[-1].blocks[-1].append(line)
        elif heading := HEADING.fullmatch(line):
            found.append(Section(len(heading[1]), heading[2]))
        else:
            found[-1].lines.append(line)
    return found


def doubled(text: str) -> list[str]:
    """Headings that stand below the same ones twice, as a section does that was put in at two places."""
    above: tuple[str, ...] = ()
    places = []
    for one in sections(text):
        above = (*above[: one.level - 1], one.title)
        places.append(above)
    return [place[-1] for place, count in Counter(places).items() if count > 1]


def bare(block: list[str]) -> list[str]:
    """Its commands, without comments; of a drawing all but what is said in brackets."""
    if any(DRAWN in line for line in block):
        return [SAID.sub(lambda said: " " * len(said[0]), line).rstrip() for line in block]
    return [COMMENT.sub("", line).rstrip() for line in block]
