/**
 * The page in a bundle that says how to read it, with pond and without.
 *
 * @module
 */
import type { BundleHeader } from "./types.ts";

/** The text, in Markdown. Its Python and SQL are run by a test. */
export function readmeOf(header: BundleHeader, hasTree: boolean): string {
  const { branch, branches, pondId } = header;
  const [main] = branches;
  return `# The pond ${pondId}

This is a whole pond: a versioned filesystem, kept in a Delta Lake table. It was at
version ${main?.version} of the branch main.

${branches.map(branchLine).join("\n")}

## With pond

    pond unbundle FILE DIRECTORY     checks every byte, and makes the pond
    pond --pond DIRECTORY check      tells the two hashes above again

What \`tar xf FILE\` makes, this directory, is a pond as well.

## Without pond

Nothing here needs pond. All bytes can be checked with coreutils, in this directory:

    sha256sum --quiet -c sums/*.sha256

${hasTree ? treeText(branch) : ""}\
Content of at least 64 KiB, of every version, is in \`blobs/\`, each under its SHA-256
as plain bytes: CSV, Parquet and the like are read in place.

Everything else, all versions of all files with their times and authors, is in the
Delta table \`oplog/\`${
    branches.length > 1 ? " (of other branches in `branches/NAME/oplog/`)" : ""
  }. Delta Lake's reader version 1 is all it takes. A row holds the
operations of one transaction in one directory, as an Arrow IPC stream in the column
\`content\`.

With DuckDB, where its extension \`delta\` is installed:

\`\`\`sql
SELECT version, make_timestamp("timestamp") AS time, octet_length(content) AS bytes
FROM delta_scan('oplog') ORDER BY version;
\`\`\`

With Spark and delta-spark:

    spark.read.format("delta").load("oplog").orderBy("version").show()

With Python and the packages \`deltalake\` and \`pyarrow\`, each operation, and what
a file held:

\`\`\`python
import json
import pyarrow as pa
from deltalake import DeltaTable

table = DeltaTable("oplog").to_pyarrow_table().sort_by("version")
for version, content in zip(table["version"], table["content"]):
    for row in pa.ipc.open_stream(content.as_py()).read_all().to_pylist():
        if row["file_type"] == "file":
            about = json.loads(row["metadata"])
            if row["operation"] == "delete":
                where = "deleted"
            elif about.get("blob"):
                sha256 = about["sha256"]
                where = f"blobs/{sha256[:2]}/{sha256}"
            else:
                where = f"{len(row['content'])} bytes in the row"
            print(version, row["operation"], row["node_id"], row["name"], where)
\`\`\`

${COLUMNS}`;
}

/** What the rows of the script are. */
const COLUMNS =
  `\`file_type\` is \`file\`, \`directory\`, \`symlink\` or \`transaction\`; \`part_id\` is
the directory that a file is in, of the root 32 zeros; of several rows of a
\`node_id\` the one with the greatest \`version\` counts.
`;

function branchLine(
  { contentRoot, historyRoot, name, version }: BundleHeader["branches"][number],
): string {
  return [
    `- branch ${name}, version ${version}`,
    `  - content root ${contentRoot}`,
    `  - history root ${historyRoot}`,
  ].join("\n");
}

function treeText(branch: string): string {
  return `The tree of the branch ${branch}, as it was last committed, is in \`files/\`, as plain files.
Symlinks that were absolute point to the same places in it.

`;
}
