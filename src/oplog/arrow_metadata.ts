/**
 * What an Arrow file or stream claims of itself, checked before anybody believes
 * it: a few bytes can name more than there is room for.
 *
 * ```text
 * stream   message …
 * file     "ARROW1" 0 0  message …  footer  length of the footer: 4  "ARROW1"
 * message  [ff ff ff ff]  length of the metadata: 4  metadata  body
 * ```
 *
 * Metadata are tables of FlatBuffers. Only what decides how much is read or
 * allocated is looked at.
 *
 * @see {@link https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc}
 * @see {@link https://github.com/apache/arrow/blob/main/format/Message.fbs}
 * @see {@link https://flatbuffers.dev/internals/}
 * @module
 */

/** What was found. */
export interface ArrowClaims {
  /** What all of it takes when it is unpacked, in bytes. */
  readonly sizeBytes: number;
}

const MAGIC = "ARROW1";

/** Fields of a schema lie in each other no deeper. */
const MAX_DEPTH = 64;

/** Fields of all schemas. */
const MAX_FIELDS = 100_000;

/** Digits of a decimal of 256 bits, the largest. */
const MAX_DIGITS = 76;

/** Headers of messages. */
const SCHEMA = 1;
const DICTIONARY_BATCH = 2;

/** The type of a field that has a scale. */
const DECIMAL = 7;

/** How many bytes one packed byte can become: LZ4's 255, zstd's 128 KiB of four. */
const MAX_RATIOS = [255, 32_768];

/** A node has two numbers, as has a buffer. */
const PAIR_BYTES = 16;

/**
 * Checks what an Arrow file or stream claims.
 *
 * @param bytes All of it.
 * @throws {RangeError} When it claims what can't be.
 */
export function checkArrowClaims(bytes: Uint8Array): ArrowClaims {
  const claims = new Claims(bytes);
  const isFile = [...MAGIC].every((letter, i) =>
    bytes[i] === letter.charCodeAt(0)
  );
  if (isFile) claims.checkFile();
  else claims.checkStream();
  return { sizeBytes: bytes.length + claims.unpackedBytes };
}

/** A table of FlatBuffers: where its members are. */
class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #members: number;
  readonly #membersBytes: number;

  /** @param place Where the offset of the table is. */
  constructor(view: DataView, place: number) {
    this.#view = view;
    this.#at = place + view.getInt32(place, true);
    this.#members = this.#at - view.getInt32(this.#at, true);
    this.#membersBytes = view.getUint16(this.#members, true);
  }

  /** Where a member is; nothing if it isn't there. */
  #placeOf(member: number): number | undefined {
    if (member + 2 > this.#membersBytes) return undefined;
    const offset = this.#view.getUint16(this.#members + member, true);
    return offset === 0 ? undefined : this.#at + offset;
  }

  byte(member: number): number {
    const place = this.#placeOf(member);
    return place === undefined ? 0 : this.#view.getUint8(place);
  }

  int(member: number, missing: number): number {
    const place = this.#placeOf(member);
    return place === undefined ? missing : this.#view.getInt32(place, true);
  }

  long(member: number): number {
    const place = this.#placeOf(member);
    return place === undefined ? 0 : longAt(this.#view, place);
  }

  /** A number of an element of a vector. */
  longAt(place: number): number {
    return longAt(this.#view, place);
  }

  table(member: number): FlatTable | undefined {
    const place = this.#placeOf(member);
    return place === undefined ? undefined : new FlatTable(this.#view, place);
  }

  /** Where the elements of a vector are, all of which are there. */
  vector(member: number, elementBytes: number): number[] {
    const place = this.#placeOf(member);
    if (place === undefined) return [];
    const start = place + this.#view.getInt32(place, true);
    const length = this.#view.getInt32(start, true);
    const end = start + 4 + length * elementBytes;
    if (length < 0 || end > this.#view.byteLength) throw broken("a vector");
    return Array.from({ length }, (_, i) => start + 4 + i * elementBytes);
  }

  tables(member: number): FlatTable[] {
    return this.vector(member, 4)
      .map((place) => new FlatTable(this.#view, place));
  }
}

class Claims {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  unpackedBytes = 0;
  #fields = 0;
  #pairs = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  checkStream(): void {
    for (let at: number | undefined = 0; at !== undefined;) {
      at = this.#checkMessage(at);
    }
  }

  checkFile(): void {
    const end = this.#bytes.length - MAGIC.length - 4;
    const length = this.#view.getInt32(end, true);
    if (length < 0 || length > end) throw broken("the length of the footer");
    const footer = new FlatTable(this.#view, end - length);
    this.#checkSchema(footer.table(6));
    const blocks = [...footer.vector(8, 24), ...footer.vector(10, 24)];
    for (const block of blocks) {
      const next = this.#checkMessage(longAt(this.#view, block));
      if (next === undefined) throw broken("a block");
    }
  }

  /** Where the next one begins; nothing at the end. */
  #checkMessage(start: number): number | undefined {
    let at = start;
    if (at === this.#bytes.length) return undefined;
    let length = this.#view.getInt32(at, true);
    at += 4;
    if (length === -1) {
      length = this.#view.getInt32(at, true);
      at += 4;
    }
    if (length === 0) return undefined;
    const bodyStart = at + length;
    if (length < 0 || bodyStart > this.#bytes.length) {
      throw broken("the length of a message");
    }
    const message = new FlatTable(
      viewOf(this.#bytes.subarray(at, bodyStart)),
      0,
    );
    const bodyLength = message.long(10);
    const end = bodyStart + bodyLength;
    if (bodyLength < 0 || end > this.#bytes.length) {
      throw broken("the length of a body");
    }
    this.#checkHeader(message, this.#bytes.subarray(bodyStart, end));
    return end;
  }

  #checkHeader(message: FlatTable, body: Uint8Array): void {
    const header = message.table(8);
    const type = message.byte(6);
    if (type === SCHEMA) this.#checkSchema(header);
    else {
      const batch = type === DICTIONARY_BATCH ? header?.table(6) : header;
      if (batch === undefined) throw broken("a message");
      this.#checkBatch(batch, viewOf(body));
    }
  }

  #checkSchema(schema: FlatTable | undefined): void {
    if (schema === undefined) throw broken("the schema");
    this.#checkFields(schema.tables(6), 0);
  }

  #checkFields(fields: readonly FlatTable[], depth: number): void {
    this.#fields += fields.length;
    if (this.#fields > MAX_FIELDS || depth > MAX_DEPTH) {
      throw broken("the number of fields");
    }
    for (const field of fields) {
      const type = field.byte(8) === DECIMAL ? field.table(10) : undefined;
      const digits = [type?.int(4, 0) ?? 0, Math.abs(type?.int(6, 0) ?? 0)];
      if (Math.max(...digits) > MAX_DIGITS) throw broken("a decimal");
      this.#checkFields(field.tables(14), depth + 1);
    }
  }

  #checkBatch(batch: FlatTable, body: DataView): void {
    const buffers = batch.vector(8, PAIR_BYTES);
    const variadic = batch.vector(12, 8);
    this.#pairs += batch.vector(6, PAIR_BYTES).length + buffers.length;
    // Those of all messages lie beside each other: there is room for no more.
    if (this.#pairs * PAIR_BYTES > this.#bytes.length) {
      throw broken("the number of buffers");
    }
    const counts = variadic.map((place) => batch.longAt(place));
    if (counts.some((count) => count < 0 || count > buffers.length)) {
      throw broken("the number of buffers of a view");
    }
    const compression = batch.table(10);
    const ratio = compression && MAX_RATIOS[compression.byte(4)];
    for (const place of buffers) {
      const [offset, length] = [batch.longAt(place), batch.longAt(place + 8)];
      if (offset < 0 || length < 0 || offset + length > body.byteLength) {
        throw broken("the place of a buffer");
      }
      if (ratio === undefined || length === 0) continue;
      const unpacked = longAt(body, offset);
      if (unpacked > ratio * length) throw broken("the length of a buffer");
      this.unpackedBytes += Math.max(unpacked, 0);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function longAt(view: DataView, place: number): number {
  const value = Number(view.getBigInt64(place, true));
  if (!Number.isSafeInteger(value)) throw broken("a number");
  return value;
}

function broken(what: string): RangeError {
  return new RangeError(`${what} is not right`);
}
