"""Writes a Parquet file again, in another of the forms that the format has.

    python rewrite_parquet.py FILE FORM
"""

import sys

import pyarrow.parquet as parquet

FORMS = {
    "v2 pages, zstd": {"data_page_version": "2.0", "compression": "zstd"},
    "no dictionary, small pages": {
        "use_dictionary": False,
        "data_page_size": 200,
        "write_batch_size": 7,
        "compression": "gzip",
    },
    "small pages, dictionary": {
        "data_page_size": 200,
        "dictionary_pagesize_limit": 500,
        "write_batch_size": 7,
        "compression": "snappy",
    },
    "row groups": {"row_group_size": 10, "compression": "none"},
    "deltas": {
        "use_dictionary": False,
        "column_encoding": {
            "add.path": "DELTA_BYTE_ARRAY",
            "add.stats": "DELTA_LENGTH_BYTE_ARRAY",
            "add.size": "DELTA_BINARY_PACKED",
        },
    },
}

path, form = sys.argv[1:]
parquet.write_table(parquet.read_table(path), path, **FORMS[form])
