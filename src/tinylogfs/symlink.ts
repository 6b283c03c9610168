/**
 * Symlinks of a pond.
 *
 * @module
 */
import { encodeUtf8, sha256Hex, tryDecodeUtf8 } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { LinkOptions, Symlink } from "../tinyfs/mod.ts";
import { type Location, type NodeContext, OpLogNode } from "./node.ts";
import { checkedContent, copyOf, type NodeRow } from "./node_row.ts";

const SYMLINK_MODE = 0o777;

/** A symlink of a pond. */
export class OpLogSymlink extends OpLogNode implements Symlink {
  readonly type = "symlink";
  #draft: NodeRow | undefined;

  /** A symlink without a name yet. */
  static async draft(
    context: NodeContext,
    target: string,
    { modifiedUs }: LinkOptions = {},
  ): Promise<OpLogSymlink> {
    const link = new OpLogSymlink(context, context.newId());
    const nowUs = context.nowUs();
    const content = encodeUtf8(target);
    link.#draft = {
      content,
      attributes: {
        createdUs: nowUs,
        modifiedUs: modifiedUs ?? nowUs,
        sizeBytes: content.length,
        mode: SYMLINK_MODE,
        sha256: await sha256Hex(content),
      },
    };
    return link;
  }

  /** A symlink with the same target and attributes, without a name. */
  async clone(): Promise<OpLogSymlink> {
    const link = new OpLogSymlink(this.context, this.context.newId());
    link.#draft = copyOf(await this.row(), this.context.nowUs());
    return link;
  }

  async row(): Promise<NodeRow> {
    return this.#draft ?? await this.linkedRow();
  }

  override linkedAt(location: Location): void {
    super.linkedAt(location);
    this.#draft = undefined;
  }

  async target(): Promise<string> {
    const { attributes, content } = await this.row();
    const target = content === null
      ? undefined
      : tryDecodeUtf8(await checkedContent(content, attributes));
    if (target === undefined) {
      throw new IntegrityError(this.path, "the symlink has no valid target");
    }
    return target;
  }
}
