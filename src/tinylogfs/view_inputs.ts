/**
 * What is known of the files that views are made from, without reading them.
 *
 * @module
 */
import { encodeUtf8, sha256Hex } from "../bytes.ts";
import type { File } from "../tinyfs/mod.ts";
import type { SeriesPart } from "./attributes.ts";
import { OpLogFile } from "./file.ts";
import type { InputFacts, InputPiece, ViewInput } from "./view.ts";
import { ViewFile, viewNode } from "./view_nodes.ts";

/**
 * A file that a view is made from.
 *
 * @param path Its path.
 * @param captures What the wildcards of the pattern stand for.
 * @param node The file.
 * @param parts The parts of a series.
 */
export function inputOf(
  path: string,
  captures: readonly string[],
  node: File,
  parts: (path: string) => Promise<readonly InputPiece[]>,
): ViewInput {
  let known: Promise<InputFacts> | undefined;
  const factsOf = async () =>
    node instanceof OpLogFile
      ? await storedFacts(node, () => parts(path))
      : await computedFacts(node);
  return { path, captures, facts: () => known ??= factsOf() };
}

/**
 * What the bytes of a file, or of a part, are to a query: the same ones are other
 * rows where a column of them has seconds.
 */
export function pieceIdentity(
  sha256: string,
  { seconds }: Pick<SeriesPart, "seconds"> = {},
): string {
  return seconds === undefined ? sha256 : JSON.stringify([sha256, seconds]);
}

/**
 * Of a plain file, the hash says what it is. A series is its parts: those that
 * lead to this version of this node, whose time tells branches apart.
 */
async function storedFacts(
  node: OpLogFile,
  pieces: () => Promise<readonly InputPiece[]>,
): Promise<InputFacts> {
  const { attributes } = await node.row();
  const { modifiedUs, series, sha256 = "", sizeBytes } = attributes;
  const version = await node.nodeVersion();
  if (series?.previous === undefined) {
    const { fromUs, rows, toUs } = series ?? {};
    const times = known({ fromUs, rows, toUs });
    const identity = pieceIdentity(sha256, series);
    return {
      ...times,
      pieces: () => Promise.resolve([{ identity, ...times }]),
      identity,
      version,
      modifiedUs,
      sizeBytes,
    };
  }
  const { parts, whole } = series;
  const identity = await sha256Hex(encodeUtf8(
    JSON.stringify([node.id, version, modifiedUs, sha256, parts, whole]),
  ));
  return { ...known(whole), pieces, identity, version, modifiedUs };
}

async function computedFacts(node: File): Promise<InputFacts> {
  const view = viewNode(node);
  if (!(view instanceof ViewFile)) throw new TypeError("a file is one");
  const { identity, modifiedUs, sizeBytes } = await view.status();
  const { computed } = view;
  return {
    pieces: async () => await computed.pieces?.(),
    identity,
    modifiedUs,
    computed,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}

function known(
  { fromUs, rows, sizeBytes, toUs }: {
    readonly fromUs?: number | undefined;
    readonly rows?: number | undefined;
    readonly sizeBytes?: number | undefined;
    readonly toUs?: number | undefined;
  },
): Pick<InputFacts, "fromUs" | "rows" | "sizeBytes" | "toUs"> {
  return {
    ...(rows === undefined ? {} : { rows }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(fromUs === undefined ? {} : { fromUs }),
    ...(toUs === undefined ? {} : { toUs }),
  };
}
