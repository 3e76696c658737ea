"""What does another orchestrator do between two kills? Run by an interpreter that has it: so many turns, one call each.

`peer_task.py PEER FOLDER TURNS` begins the run, or goes on with the one that FOLDER holds, and prints how many turns it
has in the end. Each call appends the number of its turn to FOLDER/calls before it waits, as a provider would bill it.
It imports nothing of moot.
"""

from __future__ import annotations

import operator
import os
import sys
import time
from typing import Annotated, Any, TypedDict

CALL_SECONDS = 0.02
SAID = "I disagree: the rota is short. " * 8


def call(folder: str, turn: int) -> str:
    file = os.open(os.path.join(folder, "calls"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, b"%d\n" % turn)
    os.close(file)
    time.sleep(CALL_SECONDS)
    return SAID


def mark(folder: str, name: str) -> None:
    with open(os.path.join(folder, name), "a", encoding="ascii") as file:
        file.write("1\n")


class Said(TypedDict):
    said: Annotated[list[str], operator.add]


def langgraph(folder: str, turns: int, durability: str) -> int:
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, StateGraph

    def turn(state: Said) -> dict[str, list[str]]:
        return {"said": [call(folder, len(state["said"]))]}

    graph = StateGraph(Said)
    graph.add_node("turn", turn)
    graph.add_edge(START, "turn")
    graph.add_conditional_edges("turn", lambda state: END if len(state["said"]) >= turns else "turn")
    with SqliteSaver.from_conn_string(os.path.join(folder, "peer.db")) as saver:
        compiled = graph.compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "1"}, "recursion_limit": 10 * turns}
        state = compiled.get_state(config)
        has_begun = bool(state.values.get("said") or state.next)
        if has_begun and not state.next and len(state.values["said"]) < turns:
            mark(folder, "looked-finished")  # what asks whether anything is left is told: nothing
        compiled.invoke(None if has_begun else {"said": []}, config, durability=durability)
        return len(compiled.get_state(config).values["said"])


def dbos(folder: str, turns: int) -> int:
    from dbos import DBOS, SetWorkflowID

    DBOS(config={"name": "kills", "system_database_url": f"sqlite:///{folder}/peer.db", "log_level": "ERROR"})

    @DBOS.step()
    def ask(turn: int) -> str:
        return call(folder, turn)

    @DBOS.workflow()
    def debate() -> int:
        return len([ask(turn) for turn in range(turns)])

    DBOS.launch()
    with SetWorkflowID("1"):
        return int(DBOS.start_workflow(debate).get_result())


if __name__ == "__main__":
    peer, folder_, turns_ = sys.argv[1], sys.argv[2], int(sys.argv[3])
    kind, _, mode = peer.partition("-")
    done = langgraph(folder_, turns_, mode) if kind == "langgraph" else dbos(folder_, turns_)
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()
    os._exit(0)
