"""Runs another engine for as long as its input lasts, one command a line.

    python engine.py spark|deltalake

Commands and answers are JSON, one a line; an answer's line begins with "@@",
since engines write to the output what they like.

    {"do": "read", "table": PATH, "version": N or null}   rows, as read_table.py
    {"do": "append", "table": PATH, "part_id": HEX}       copies a row there
    {"do": "insert", "table": PATH, "part_id": HEX, "timestamp": N}
                                          deltalake only: a row as the format has
                                          it, of that time
    {"do": "delete", "table": PATH, "part_id": HEX}
    {"do": "optimize", "table": PATH}
    {"do": "checkpoint", "table": PATH}
    {"do": "select", "table": PATH, "where": SQL}   rows of any table, as texts
                                          that general_rows.ts makes, too
    {"do": "copy", "table": PATH}         appends all rows once more
    {"do": "sql", "table": PATH, "where": SQL}      Spark only: a statement, with
                                          {table} for the table
    {"do": "changes", "table": PATH, "version": N}  Spark only: its feed since then
"""

import datetime
import decimal
import json
import os
import struct
import sys

from read_table import inner_rows


def plain(value):
    """A value as JSON in which engines don't differ."""
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value.isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, dict):
        return sorted([plain(key), plain(item)] for key, item in value.items())
    # A map of pyarrow is a list of pairs.
    items = [plain(item) for item in value]
    is_map = value and all(isinstance(item, tuple) for item in value)
    return sorted(items) if is_map else items


class Deltalake:
    entry = None

    def select(self, path, where):
        import pyarrow as pa
        from deltalake import DeltaTable, QueryBuilder

        query = f"SELECT * FROM t WHERE {where}"
        found = QueryBuilder().register("t", DeltaTable(path)).execute(query)
        return pa.table(found.read_all()).to_pylist()

    def copy(self, path):
        from deltalake import DeltaTable, write_deltalake

        rows = DeltaTable(path).to_pyarrow_table()
        write_deltalake(path, rows, mode="append")

    def rows(self, path, version):
        from deltalake import DeltaTable

        table = DeltaTable(path, version=version)
        return table.version(), table.to_pyarrow_table().to_pylist()

    def append(self, path, part_id):
        from deltalake import DeltaTable, write_deltalake

        table = DeltaTable(path).to_pyarrow_table().slice(0, 1)
        row = table.set_column(0, "part_id", [[part_id]])
        write_deltalake(path, row, mode="append")

    def insert(self, path, part_id, timestamp):
        import pyarrow as pa
        from deltalake import DeltaTable, write_deltalake

        table = DeltaTable(path)
        if self.entry is None:
            content = table.to_pyarrow_table().column("content")[0].as_py()
            with pa.ipc.open_stream(content) as reader:
                self.entry = reader.read_all().slice(0, 1)
        entry = self.entry
        for name, value in (("part_id", part_id), ("name", f"row {timestamp}")):
            at = entry.schema.get_field_index(name)
            entry = entry.set_column(at, name, pa.array([value]))
        content = pa.BufferOutputStream()
        with pa.ipc.new_stream(content, entry.schema) as writer:
            writer.write_table(entry)
        row = {
            "part_id": pa.array([part_id]),
            "timestamp": pa.array([timestamp], pa.int64()),
            "version": pa.array([table.version() + 1], pa.int64()),
            "content": pa.array([content.getvalue().to_pybytes()], pa.binary()),
        }
        write_deltalake(table, pa.table(row), mode="append")

    def delete(self, path, part_id):
        from deltalake import DeltaTable

        DeltaTable(path).delete(f"part_id = '{part_id}'")

    def optimize(self, path):
        from deltalake import DeltaTable

        DeltaTable(path).optimize.compact()

    def checkpoint(self, path):
        from deltalake import DeltaTable

        DeltaTable(path).create_checkpoint()


class Spark:
    def __init__(self):
        from delta import configure_spark_with_delta_pip
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]")
        for name, value in {
            "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            "spark.databricks.delta.snapshotPartitions": "2",
        }.items():
            builder = builder.config(name, value)
        self.spark = configure_spark_with_delta_pip(builder).getOrCreate()

    def rows(self, path, version):
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        columns = ["part_id", "timestamp", "version", "content"]
        rows = reader.load(path).select(columns).collect()
        if version is None:
            newest = self.spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1")
            version = newest.collect()[0]["version"]
        return version, [row.asDict() for row in rows]

    def select(self, path, where):
        rows = self.spark.sql(f"SELECT * FROM delta.`{path}` WHERE {where}")
        return [row.asDict(True) for row in rows.collect()]

    def sql(self, path, statement):
        self.spark.sql(statement.replace("{table}", f"delta.`{path}`"))

    def changes(self, path, version):
        reader = self.spark.read.format("delta").option("readChangeFeed", "true")
        rows = reader.option("startingVersion", version).load(path)
        return [row.asDict(True) for row in rows.drop("_commit_timestamp").collect()]

    def copy(self, path):
        self.spark.sql(f"INSERT INTO delta.`{path}` SELECT * FROM delta.`{path}`")

    def append(self, path, part_id):
        self.spark.sql(
            f"INSERT INTO delta.`{path}` (part_id, timestamp, version, content) "
            f"SELECT '{part_id}', timestamp, version, content "
            f"FROM delta.`{path}` ORDER BY version LIMIT 1"
        )

    def delete(self, path, part_id):
        self.spark.sql(f"DELETE FROM delta.`{path}` WHERE part_id = '{part_id}'")

    def optimize(self, path):
        self.spark.sql(f"OPTIMIZE delta.`{path}`")

    def checkpoint(self, path):
        jvm = self.spark._jvm
        log = jvm.org.apache.spark.sql.delta.DeltaLog.forTable(
            self.spark._jsparkSession, path
        )
        log.checkpoint()


def answer(engine, command):
    do, table = command["do"], command["table"]
    if do == "read":
        version, rows = engine.rows(table, command["version"])
        read = [
            {
                "part_id": row["part_id"],
                "timestamp": row["timestamp"],
                "version": row["version"],
                "entries": inner_rows(bytes(row["content"])),
            }
            for row in rows
        ]
        read.sort(key=lambda row: (row["version"], row["part_id"]))
        return {"version": version, "rows": read}
    if do == "select":
        rows = engine.select(table, command["where"])
        return {"rows": sorted(json.dumps(plain(row)) for row in rows)}
    if do == "sql":
        engine.sql(table, command["where"])
        return {}
    if do == "changes":
        rows = engine.changes(table, command["version"])
        return {"rows": sorted(json.dumps(plain(row)) for row in rows)}
    if do == "insert":
        engine.insert(table, command["part_id"], command["timestamp"])
    elif do in ("append", "delete"):
        getattr(engine, do)(table, command["part_id"])
    else:
        getattr(engine, do)(table)
    return {}


def main():
    engine = {"spark": Spark, "deltalake": Deltalake}[sys.argv[1]]()
    print("@@{}", flush=True)
    for line in sys.stdin:
        try:
            result = answer(engine, json.loads(line))
        except Exception as error:  # told to the test, which fails with it
            result = {"error": f"{type(error).__name__}: {error}"[:4000]}
        print("@@" + json.dumps(result), flush=True)


main()
# An engine's threads may abort the interpreter's own end.
sys.stdout.flush()
os._exit(0)
