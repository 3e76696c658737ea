"""How does what a program holds stand in a YAML file that a person goes on with?

Long texts are folded, texts of several lines stand as they are, and what reads best in one line stands in one.
"""

from __future__ import annotations

import yaml

LINE_WIDTH = 110


class Decimal(str):
    """A number as it is to stand in the file: a float's own spelling could differ from what was written."""


class Flat(dict[str, object]):
    """A mapping that stands in one line: `{id: ann, role: panelist}`."""


class _Dumper(yaml.SafeDumper):
    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = ("|" if "\n" in text else ">" if len(text) > LINE_WIDTH else None) if _is_plain(text) else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def represent_decimal(self, number: Decimal) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:float", str(number))

    def represent_in_line(self, items: tuple[object, ...]) -> yaml.SequenceNode:
        return self.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)

    def represent_flat(self, mapping: Flat) -> yaml.MappingNode:
        return self.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=True)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(Decimal, _Dumper.represent_decimal)
_Dumper.add_representer(tuple, _Dumper.represent_in_line)
_Dumper.add_representer(Flat, _Dumper.represent_flat)


def as_yaml(value: object) -> str:
    """The value as YAML, keys in their order. A tuple and a `Flat` stand in one line."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)


def _is_plain(text: str) -> bool:
    """Whether a text may stand unescaped: blanks at the ends of lines get lost in blocks."""
    return all(line.isprintable() and line == line.strip() and line for line in text.split("\n"))
