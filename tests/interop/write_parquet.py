"""Writes Delta tables of one Parquet file each, in the forms that pyarrow has.

    python write_parquet.py DIRECTORY

Each table is a directory with `_delta_log/`, and `expected.json`: its rows,
64-bit integers and decimals as text with an `n`, bytes in hex after `0x`, dates
as days, times as microseconds, maps as lists of pairs.
"""

import datetime
import decimal
import json
import os
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

random.seed(7)
ROWS = 3000
CODECS = ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]


def some(make, nulls=0.2):
    return [None if random.random() < nulls else make() for _ in range(ROWS)]


def text():
    return random.choice(["", "a", "ä😀", "x" * 40, str(random.random())])


def number(bits):
    return lambda: random.choice(
        [0, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), random.randint(-100, 100)]
    )


def unscaled(digits):
    return lambda: random.randint(-(10**digits) + 1, 10**digits - 1)


def decimals(digits, scale):
    context = decimal.Context(prec=60)
    make = unscaled(digits)
    return some(lambda: decimal.Decimal(make()).scaleb(-scale, context))


def scalar_columns():
    return {
        "byte": (pa.array(some(number(8)), pa.int8()), "byte"),
        "short": (pa.array(some(number(16)), pa.int16()), "short"),
        "integer": (pa.array(some(number(32)), pa.int32()), "integer"),
        "long": (pa.array(some(number(64)), pa.int64()), "long"),
        "growing": (pa.array(range(ROWS), pa.int64()), "long"),
        "boolean": (pa.array(some(lambda: random.random() < 0.5)), "boolean"),
        "float": (
            pa.array(some(lambda: random.choice([0.1, -0.0, 1e30])), pa.float32()),
            "float",
        ),
        "double": (
            pa.array(
                some(lambda: random.choice([0.1, float("nan"), float("inf"), 1e300]))
            ),
            "double",
        ),
        "string": (pa.array(some(text)), "string"),
        "binary": (pa.array(some(lambda: text().encode()), pa.binary()), "binary"),
        "date": (pa.array(some(number(16)), pa.int32()).cast(pa.date32()), "date"),
        "timestamp": (
            pa.array(some(number(48)), pa.int64()).cast(pa.timestamp("us", "UTC")),
            "timestamp",
        ),
        "local": (
            pa.array(some(number(48)), pa.int64()).cast(pa.timestamp("us")),
            "timestamp_ntz",
        ),
        "small": (pa.array(decimals(5, 2), pa.decimal128(5, 2)), "decimal(5,2)"),
        "middle": (pa.array(decimals(18, 4), pa.decimal128(18, 4)), "decimal(18,4)"),
        "great": (pa.array(decimals(38, 10), pa.decimal128(38, 10)), "decimal(38,10)"),
        "nothing": (pa.nulls(ROWS, pa.string()), "string"),
    }


def struct(*fields):
    return {"type": "struct", "fields": [field(*f) for f in fields]}


def field(name, type):
    return {"name": name, "type": type, "nullable": True, "metadata": {}}


def array(element):
    return {"type": "array", "elementType": element, "containsNull": True}


def mapping(key, value):
    return {
        "type": "map",
        "keyType": key,
        "valueType": value,
        "valueContainsNull": True,
    }


def few(make):
    return lambda: [
        None if random.random() < 0.2 else make()
        for _ in range(random.choice([0, 0, 1, 2, 7]))
    ]


def nested_columns():
    pair = pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))])

    def one():
        return {"a": random.choice([None, 1]), "b": random.choice([None, few(text)()])}

    def entries(make):
        return lambda: [(str(i), make()) for i in range(random.choice([0, 1, 3]))]

    return {
        "list": (
            pa.array(some(few(number(32))), pa.list_(pa.int32())),
            array("integer"),
        ),
        "lists": (
            pa.array(some(few(few(text))), pa.list_(pa.list_(pa.string()))),
            array(array("string")),
        ),
        "struct": (
            pa.array(some(one), pair),
            struct(("a", "integer"), ("b", array("string"))),
        ),
        "structs": (
            pa.array(some(few(one)), pa.list_(pair)),
            array(struct(("a", "integer"), ("b", array("string")))),
        ),
        "map": (
            pa.array(some(entries(number(64))), pa.map_(pa.string(), pa.int64())),
            mapping("string", "long"),
        ),
        "maps": (
            pa.array(
                some(entries(few(one))), pa.map_(pa.string(), pa.list_(pair))
            ),
            mapping("string", array(struct(("a", "integer"), ("b", array("string"))))),
        ),
        "deep": (
            pa.array(
                some(lambda: {"x": {"y": {"z": random.choice([None, 5])}}}),
                pa.struct(
                    [("x", pa.struct([("y", pa.struct([("z", pa.int64())]))]))]
                ),
            ),
            struct(("x", struct(("y", struct(("z", "long")))))),
        ),
    }


def plain(value, type):
    if value is None:
        return None
    if pa.types.is_struct(type):
        return {f.name: plain(value[f.name], f.type) for f in type}
    if pa.types.is_map(type):
        return [[plain(k, type.key_type), plain(v, type.item_type)] for k, v in value]
    if pa.types.is_list(type):
        return [plain(item, type.value_type) for item in value]
    if pa.types.is_decimal(type):
        context = decimal.Context(prec=60)
        return f"{int(value.scaleb(type.scale, context))}n"
    if pa.types.is_int64(type):
        return f"{value}n"
    if pa.types.is_binary(type):
        return "0x" + value.hex()
    if pa.types.is_floating(type):
        return value if value - value == 0 else str(value)
    return value


def expected(columns):
    rows = [{} for _ in range(ROWS)]
    for name, (column, _) in columns.items():
        if pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        for row, value in zip(rows, column.to_pylist()):
            row[name] = plain(value, column.type)
    return rows


def write(directory, columns, **options):
    os.makedirs(f"{directory}/_delta_log")
    path = f"{directory}/part-0.parquet"
    table = pa.table({name: column for name, (column, _) in columns.items()})
    pq.write_table(table, path, **options)
    schema = struct(*((name, type) for name, (_, type) in columns.items()))
    actions = [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {
            "metaData": {
                "id": "test",
                "format": {"provider": "parquet", "options": {}},
                "schemaString": json.dumps(schema),
                "partitionColumns": [],
                "configuration": {},
            }
        },
        {
            "add": {
                "path": "part-0.parquet",
                "partitionValues": {},
                "size": os.path.getsize(path),
                "modificationTime": 0,
                "dataChange": True,
            }
        },
    ]
    with open(f"{directory}/_delta_log/{0:020}.json", "w") as log:
        log.writelines(json.dumps(action) + "\n" for action in actions)
    with open(f"{directory}/expected.json", "w") as file:
        json.dump(expected(columns), file)


def main():
    (root,) = sys.argv[1:]
    scalars, nested = scalar_columns(), nested_columns()
    for codec in CODECS:
        write(f"{root}/{codec}", scalars, compression=codec)
    for version in ["1.0", "2.0"]:
        write(
            f"{root}/pages-{version}",
            {**scalars, **nested},
            data_page_version=version,
            data_page_size=2000,
            row_group_size=1100,
        )
        write(
            f"{root}/plain-{version}",
            {**scalars, **nested},
            data_page_version=version,
            use_dictionary=False,
            compression="none",
            data_page_size=500,
        )
    numbers = ["byte", "short", "integer", "long", "growing", "date", "timestamp"]
    write(
        f"{root}/deltas",
        scalars,
        use_dictionary=False,
        column_encoding={
            **{name: "DELTA_BINARY_PACKED" for name in numbers},
            "string": "DELTA_BYTE_ARRAY",
            "binary": "DELTA_LENGTH_BYTE_ARRAY",
            "nothing": "DELTA_BYTE_ARRAY",
            "float": "BYTE_STREAM_SPLIT",
            "double": "BYTE_STREAM_SPLIT",
            "great": "BYTE_STREAM_SPLIT",
        },
    )
    write(f"{root}/integers", scalars, store_decimal_as_integer=True)
    times = {
        name: scalars[name] for name in ["growing", "timestamp", "local"]
    }
    write(f"{root}/int96", times, use_deprecated_int96_timestamps=True)
    write(f"{root}/milliseconds", {"growing": scalars["growing"]}, version="1.0")
    write(f"{root}/bare-lists", nested, use_compliant_nested_type=False)


main()
