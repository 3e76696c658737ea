"""What does a command line without a single command take?"""

from __future__ import annotations

import typer

app = typer.Typer()


@app.command()
def main() -> None:
    """Do nothing."""


if __name__ == "__main__":
    app()
