"""Which shares can a setting have, and how are they written?

People write `0.1` or `10 %`; what is kept are parts per million.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from console.setting_values import Refused

PPM = 1_000_000
SHARE_PPM_MAX = 800_000
"""Beyond this no share can be well within its bound, and an alert about it would never be over."""


def share(value: object) -> int:
    """Parts per million from `0.1` or `10 %`, more than nothing and at most four fifths."""
    wanted = "is a share such as 0.1 or 10 %, above 0 and up to 0.8"
    if isinstance(value, bool):
        raise Refused(wanted)
    text = str(value).strip()
    is_percent = text.endswith("%")
    try:
        number = Decimal(text.removesuffix("%").strip())
    except InvalidOperation as error:
        raise Refused(wanted) from error
    if not number.is_finite() or not 0 < number <= PPM:
        raise Refused(wanted)
    ppm = int(number * PPM / (100 if is_percent else 1))
    if not 0 < ppm <= SHARE_PPM_MAX:
        raise Refused(wanted)
    return ppm


def share_written(ppm: object) -> str:
    """As a settings file has it: `0.1`."""
    return f"{Decimal(int(str(ppm))) / PPM:f}"
