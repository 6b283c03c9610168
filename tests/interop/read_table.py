"""Reads a pond's Delta table with other engines, and prints its rows as JSON.

    python read_table.py deltalake|duckdb TABLE [VERSION]

Each row is {part_id, timestamp, version, entries}: the entries are the rows of
the Arrow IPC stream in `content`, decoded by pyarrow.
"""

import json
import os
import sys

import pyarrow as pa


def outer_rows(engine, table):
    import duckdb

    if engine == "deltalake":
        return table.to_pyarrow_table().to_pylist()
    files = table.file_uris()
    query = "SELECT * FROM read_parquet($1, hive_partitioning = true, union_by_name = true)"
    relation = duckdb.execute(query, [files])
    names = [column[0] for column in relation.description]
    return [dict(zip(names, row)) for row in relation.fetchall()]


def inner_rows(content):
    with pa.ipc.open_stream(content) as reader:
        rows = reader.read_all().to_pylist()
    for row in rows:
        if row["file_type"] == "directory" and row["content"] is not None:
            with pa.ipc.open_stream(row["content"]) as reader:
                row["content"] = reader.read_all().to_pylist()
        elif row["content"] is not None:
            row["content"] = row["content"].hex()
    return rows


def main():
    from deltalake import DeltaTable

    engine, path, *version = sys.argv[1:]
    table = DeltaTable(path, version=int(version[0]) if version else None)
    rows = [
        {
            "part_id": row["part_id"],
            "timestamp": row["timestamp"],
            "version": row["version"],
            "entries": inner_rows(row["content"]),
        }
        for row in outer_rows(engine, table)
    ]
    rows.sort(key=lambda row: (row["version"], row["part_id"]))
    print(json.dumps({"version": table.version(), "rows": rows}))


if __name__ == "__main__":
    main()
    # An engine's threads may abort the interpreter's own end.
    sys.stdout.flush()
    os._exit(0)
