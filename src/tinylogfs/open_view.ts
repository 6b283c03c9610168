/**
 * Entering a view: who waits for whom, and what it shows.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { FileReader } from "../host/host.ts";
import type { Inquiry } from "../tinyfs/mod.ts";
import type { ViewInquiry, ViewProvider, ViewSource } from "./view.ts";
import { type FoundView, type ViewDirectory, viewTree } from "./view_nodes.ts";

/** What views are shown by. */
interface ViewSide {
  /** Where computed content lies. */
  readonly files: FileReader;
  /** The state of the pond that they are in. */
  readonly source: ViewSource;
  /** Lists them; none where only rows are looked at. */
  readonly viewProvider: ViewProvider | undefined;
}

/**
 * Makes the tree of what a view shows.
 *
 * @throws {PondError} `LOOP` for one that is made from itself.
 */
export async function openView(
  view: FoundView,
  { files, source, viewProvider }: ViewSide,
  asked: Inquiry | undefined,
): Promise<ViewDirectory> {
  const { mark, path } = view;
  if (viewProvider === undefined) {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot look into ${path}: its files are computed, and nothing was given that does so`,
      { path, hint: "open the pond with Pond.open(), or give a viewProvider" },
    );
  }
  const inquiry = inquiryOf(view, asked);
  const shown = await viewProvider({ mark, path, source, inquiry });
  return await viewTree({ view, files }, shown);
}

/** What a view hands on when it asks for what it is made from. */
function inquiryOf(
  { mark: { resource }, path }: FoundView,
  asked: Inquiry | undefined,
): ViewInquiry {
  const views = asked !== undefined && "views" in asked
    ? (asked as ViewInquiry).views
    : [];
  const first = views.indexOf(resource);
  if (first === -1) {
    return {
      waiting: asked?.waiting ?? new Set(),
      views: [...views, resource],
    };
  }
  const circle = [...views.slice(first), resource];
  throw new PondError(
    "LOOP",
    `Cannot list ${path}: it is made from itself: ${circle.join(" <- ")}`,
    {
      path,
      hint: "let the patterns of one of them match nothing of the other ones",
    },
  );
}
