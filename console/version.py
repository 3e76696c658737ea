"""Which version of moot is this?

A constant, because asking the installed package's metadata costs more than all else that `moot --version` does. A test
holds it to what is packaged.
"""

VERSION = "0.1.0"
