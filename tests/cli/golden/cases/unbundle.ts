/** Cases of pond unbundle. */
import { encodeUtf8 } from "../../../../src/bytes.ts";
import type { CommandCases } from "../case.ts";
import { HOME } from "../world.ts";

const SETUP = ["pond bundle pond.tar"];

/** What `pond unbundle` is asked. */
export const CASES: CommandCases = {
  cases: [
    { says: "a pond", setup: SETUP, line: "pond unbundle pond.tar copy" },
    {
      says: "for programs",
      setup: ["pond bundle pond.tar.zst"],
      line: "pond unbundle --json pond.tar.zst copy",
    },
    {
      says: "only a check",
      setup: SETUP,
      line: "pond unbundle -n pond.tar copy",
    },
    {
      says: "where something is",
      setup: SETUP,
      line: "pond unbundle pond.tar sensors",
      error: "ALREADY_EXISTS",
    },
    {
      says: "without a directory above",
      setup: SETUP,
      line: "pond unbundle pond.tar nowhere/copy",
      error: "NOT_FOUND",
    },
    {
      says: "a file that isn't there",
      line: "pond unbundle nowhere.tar copy",
      error: "NOT_FOUND",
    },
    {
      says: "what is no bundle",
      line: "pond unbundle readings.csv copy",
      error: "INTEGRITY",
    },
    {
      says: "a bundle that is damaged",
      setup: SETUP,
      prepare: (disk) => disk.flipBit(`${HOME}/pond.tar`, 600 * 8),
      line: "pond unbundle pond.tar copy",
      error: "INTEGRITY",
    },
    {
      says: "one of a newer pond",
      setup: SETUP,
      prepare: async (disk) => {
        const path = `${HOME}/pond.tar`;
        const bytes = await disk.read(path);
        const text = new TextDecoder("latin1").decode(bytes);
        const at = text.indexOf('"bundle": 1');
        bytes.set(encodeUtf8('"bundle": 9'), at);
        disk.plant(path, bytes);
      },
      line: "pond unbundle pond.tar copy",
      error: "FORMAT_TOO_NEW",
    },
    {
      says: "zstd of another program",
      prepare: (disk) =>
        disk.plant(
          `${HOME}/other.tar.zst`,
          Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0, 0, 0, 0),
        ),
      line: "pond unbundle other.tar.zst copy",
      error: "UNSUPPORTED",
    },
    {
      says: "while another process does the same",
      setup: SETUP,
      refuse: { method: "tryLock", code: "nothing" },
      line: "pond unbundle pond.tar copy",
      error: "LOCKED",
    },
    {
      says: "a full disk",
      setup: SETUP,
      line: "pond unbundle pond.tar copy",
      refuse: { method: "create", code: "NO_SPACE" },
      error: "NO_SPACE",
    },
    {
      says: "interrupted",
      setup: SETUP,
      line: "pond unbundle pond.tar copy",
      aborted: true,
      error: "ABORTED",
    },
  ],
};
