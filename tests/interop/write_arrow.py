"""Writes Arrow files and streams of every type that a table can have.

    python write_arrow.py DIRECTORY

Beside them is `expected.json`: their rows, as pond has them.
"""

import datetime as dt
import decimal
import json
import os
import sys

import pyarrow as pa

directory = sys.argv[1]


def column(kind, first, last):
    return pa.array([first, None, last], kind)


TABLE = pa.table({
    "boolean": column(pa.bool_(), True, False),
    "uint8": column(pa.uint8(), 255, 0),
    "uint32": column(pa.uint32(), 2**32 - 1, 0),
    "uint64": column(pa.uint64(), 2**64 - 1, 0),
    "int8": column(pa.int8(), -128, 127),
    "int64": column(pa.int64(), -(2**63), 2**63 - 1),
    "float16": column(pa.float16(), 0.5, 1.5),
    "float32": column(pa.float32(), 0.5, -1.5),
    "float64": column(pa.float64(), 0.1, 1e300),
    "decimal": column(
        pa.decimal128(10, 2), decimal.Decimal("1.23"), decimal.Decimal("-99999999.99")
    ),
    "decimal32": column(
        pa.decimal32(5, 2), decimal.Decimal("1.23"), decimal.Decimal("-9.99")
    ),
    "date32": column(pa.date32(), dt.date(1969, 12, 31), dt.date(2026, 1, 1)),
    "date64": column(pa.date64(), dt.date(1969, 12, 31), dt.date(2026, 1, 1)),
    "microseconds": column(pa.timestamp("us"), -1, 1767225600000001),
    "nanoseconds": column(pa.timestamp("ns"), -1000, 1000),
    "seconds": column(pa.timestamp("s", "UTC"), -1, 1000),
    "time": column(pa.time64("us"), dt.time(1, 2, 3, 4), dt.time(23, 59)),
    "duration": column(pa.duration("s"), 5, 7),
    "binary": column(pa.binary(), b"\x00\xff", b""),
    "large_string": column(pa.large_string(), "x", "ä😀"),
    "string_view": column(pa.string_view(), "x", "more than twelve bytes"),
    "dictionary": column(pa.string(), "p", "q").dictionary_encode(),
    "list": column(pa.list_(pa.int32()), [1, None], []),
    "fixed_list": column(pa.list_(pa.int32(), 2), [1, 2], [3, 4]),
    "struct": column(
        pa.struct([("a", pa.int64()), ("b", pa.string())]),
        {"a": 1, "b": "x"},
        {"a": None, "b": "y"},
    ),
    "map": column(pa.map_(pa.string(), pa.int32()), [("k", 1)], []),
    "nothing": pa.nulls(3),
})

EXPECTED = {
    "boolean": [True, False],
    "uint8": [255, 0],
    "uint32": [f"{2**32 - 1}n", "0n"],
    "uint64": [f"{2**64 - 1}n", "0n"],
    "int8": [-128, 127],
    "int64": [f"{-(2**63)}n", f"{2**63 - 1}n"],
    "float16": [0.5, 1.5],
    "float32": [0.5, -1.5],
    "float64": [0.1, 1e300],
    "decimal": ["123n", "-9999999999n"],
    "decimal32": ["123n", "-999n"],
    "date32": [-1, 20454],
    "date64": [-1, 20454],
    "microseconds": ["-1n", "1767225600000001n"],
    "nanoseconds": ["-1n", "1n"],
    "seconds": ["-1000000n", "1000000000n"],
    "time": ["01:02:03.000004", "23:59:00"],
    "duration": ["5n", "7n"],
    "binary": ["0x00ff", "0x"],
    "large_string": ["x", "ä😀"],
    "string_view": ["x", "more than twelve bytes"],
    "dictionary": ["p", "q"],
    "list": [[1, None], []],
    "fixed_list": [[1, 2], [3, 4]],
    "struct": [{"a": "1n", "b": "x"}, {"a": None, "b": "y"}],
    "map": [[{"key": "k", "value": 1}], []],
    "nothing": [None, None],
}

for compression in [None, "lz4", "zstd"]:
    options = pa.ipc.IpcWriteOptions(compression=compression)
    for make in [pa.ipc.new_file, pa.ipc.new_stream]:
        path = os.path.join(directory, f"{make.__name__}_{compression}.arrow")
        with pa.OSFile(path, "wb") as file:
            with make(file, TABLE.schema, options=options) as writer:
                writer.write_table(TABLE)
                writer.write_table(TABLE)

# Buffers long enough that their packed blocks go back to what was before them.
LONG = pa.table({"text": [f"line {i % 1000} of many" for i in range(200_000)]})
with pa.OSFile(os.path.join(directory, "long.arrow"), "wb") as file:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(file, LONG.schema, options=options) as writer:
        writer.write_table(LONG)

with open(os.path.join(directory, "expected.json"), "w") as file:
    rows = [[values[0] for values in EXPECTED.values()]]
    rows += [[None for _ in EXPECTED]]
    rows += [[values[1] for values in EXPECTED.values()]]
    json.dump({"names": list(EXPECTED), "rows": rows + rows}, file)
