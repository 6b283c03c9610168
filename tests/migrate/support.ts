/**
 * A small pond of the proof of concept, with something of everything.
 *
 * @module
 */
import {
  float64,
  int64,
  parquet,
  PocPond,
  readings,
  structList,
  textList,
  utf8,
} from "../support/poc_pond.ts";

/** The secrets in its registries. */
export const SECRETS = ["4cl1ent-1d-of-noyo", "5ecret+of/noyo%"] as const;

/** The identity of its HydroVu resource. */
export const NOYO = "0f3a5c8e-1111-4222-8333-444455556666";
/** The identity of its Combine resource. */
export const JOINED = "7b1d2e3f-aaaa-4bbb-8ccc-ddddeeeeffff";
/** The identity of its Inbox resource. */
export const FIELD = "99999999-8888-4777-8666-555544443333";

/** The first time of its readings. */
export const START_S: number = Date.UTC(2026, 0, 1) / 1000;

/** Bytes that are no text and don't compress. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

const COMBINE_FIELDS = [
  utf8("name"),
  structList("series", [utf8("pattern")]),
  textList("columns"),
];

const SCOPE = {
  name: "noyodata",
  series: [{ pattern: "/HydroVu/noyo/data/A*" }],
  columns: null,
};

/** Writes it: as a session of its commands would have. */
export async function samplePond(): Promise<PocPond> {
  const pond = new PocPond();
  await pond.commit();
  await pond.resource({
    kind: "HydroVu",
    name: "noyo",
    uuid: NOYO,
    desc: "Noyo Harbor",
    metadata: { region: "noyo" },
  }, [
    utf8("key", SECRETS[0]),
    utf8("secret", SECRETS[1]),
    structList(
      "devices",
      [int64("id"), utf8("name"), utf8("scope"), utf8("comment")],
      [
        { id: 1n, name: "A", scope: "Vulink", comment: null },
        { id: 4990594334457856n, name: "B", scope: "AT500", comment: "dock" },
      ],
    ),
  ]);
  await pond.commit();
  const hydrovu = `/HydroVu/${NOYO}`;
  await pond.table(
    `${hydrovu}/units`,
    parquet([utf8("index", "1"), utf8("value", "C")]),
  );
  await pond.series(`${hydrovu}/data/A-1`, readings(START_S, [1, 2, 3]));
  await pond.table(
    `${hydrovu}/temporal`,
    parquet([int64("location_id", 1), int64("max_time", START_S + 7200)]),
  );
  await pond.commit();
  await pond.series(
    `${hydrovu}/data/A-1`,
    parquet([
      int64("Timestamp", START_S + 10_800, START_S + 14_400),
      float64("Vulink.Temperature.C", 4, null),
      float64("Vulink.Depth.m", 0.5, 0.75),
    ]),
  );
  await pond.table(
    `${hydrovu}/temporal`,
    parquet([
      int64("location_id", 1, 1),
      int64("max_time", START_S + 7200, START_S + 14_400),
    ]),
  );
  await pond.commit();
  await pond.resource({ kind: "Combine", name: "joined", uuid: JOINED }, [
    structList("scopes", COMBINE_FIELDS, [SCOPE]),
  ]);
  await pond.definition(`/Combine/${JOINED}/noyodata`, [
    { ...utf8("name"), data: [SCOPE.name] },
    structList("series", [utf8("pattern")], SCOPE.series),
    textList("columns", null),
  ]);
  await pond.resource({ kind: "Inbox", name: "field", uuid: FIELD }, [
    utf8("pattern", "/var/field/**"),
  ]);
  await pond.data(`/Inbox/${FIELD}/notes/a.txt`, "first\n");
  await pond.data(`/Inbox/${FIELD}/large.bin`, noise(200_000));
  await pond.commit();
  await pond.data(`/Inbox/${FIELD}/notes/a.txt`, "second\n");
  await pond.data(`/Inbox/${FIELD}/notes/a.txt`, "second\n");
  await pond.data(`/Inbox/${FIELD}/notes/empty`, "");
  pond.symlink(`/Inbox/${FIELD}/notes/latest`, "a.txt");
  pond.mkdir("/bare/within");
  return await pond.commit();
}

/** Writes files below a directory of the machine. */
export async function writeFiles(
  directory: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [path, bytes] of files) {
    const at = `${directory}/${path}`;
    await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(at, bytes);
  }
}
