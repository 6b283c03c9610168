"""deltalake, for the comparison: does what it is told, and says how long it took.

    python deltalake_process.py

Commands and answers are JSON, one a line; an answer's line begins with "@@".
Times are this process's own, in milliseconds, without the way there and back.

    {"do": "create", "table": PATH}        an empty table of records, kept open
    {"do": "append", "table": PATH, "row": {...}}   one row, in one commit
    {"do": "checkpoint", "table": PATH}
    {"do": "open", "table": PATH}
    {"do": "list", "table": PATH}          opens, and goes through the files' paths
"""

import json
import sys
from time import perf_counter

import pyarrow
from deltalake import DeltaTable, write_deltalake

SCHEMA = pyarrow.schema(
    [
        ("part_id", pyarrow.string()),
        ("timestamp", pyarrow.int64()),
        ("version", pyarrow.int64()),
        ("content", pyarrow.binary()),
    ]
)


class Subject:
    def __init__(self):
        self.tables = {}

    def create(self, command):
        self.tables[command["table"]] = DeltaTable.create(command["table"], SCHEMA)
        return {}

    def append(self, command):
        row = dict(command["row"])
        row["content"] = bytes.fromhex(row["content"])
        data = pyarrow.Table.from_pylist([row], SCHEMA)
        table = self.tables[command["table"]]
        start = perf_counter()
        write_deltalake(table, data, mode="append")
        return {"ms": (perf_counter() - start) * 1000}

    def checkpoint(self, command):
        DeltaTable(command["table"]).create_checkpoint()
        return {}

    def open(self, command):
        start = perf_counter()
        table = DeltaTable(command["table"])
        took = perf_counter() - start
        return {"ms": took * 1000, "files": len(table.file_uris())}

    def list(self, command):
        start = perf_counter()
        length = 0
        files = 0
        for path in DeltaTable(command["table"]).file_uris():
            length += len(path)
            files += 1
        return {"ms": (perf_counter() - start) * 1000, "files": files}


def main():
    subject = Subject()
    print("@@{}", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            result = getattr(subject, command["do"])(command)
        except Exception as error:  # told to the bench, which fails with it
            result = {"error": f"{type(error).__name__}: {error}"[:4000]}
        print("@@" + json.dumps(result), flush=True)


main()
