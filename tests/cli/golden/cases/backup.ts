/** Cases of pond backup. */
import type { CommandCases } from "../case.ts";

const ADDED = ["pond backup add usb ../usb"];
/** Of an identity that nobody has any more. */
const RECIPIENT =
  "age1r3rpp2nwem2gkklszkqmr9pc6s2mkaqhdzd08wjjqlcpulgk4yrs3sf2zz";

const RUN = [...ADDED, "pond backup run"];
const TWO = [...RUN, "pond mkdir /more", "pond backup run usb"];

/** What `pond backup` is asked. */
export const CASES: CommandCases = {
  cases: [
    { says: "a run", line: "pond backup run", setup: ADDED },
    { says: "a new one", line: "pond backup add usb ../usb" },
    {
      says: "a new one, for programs",
      line: "pond backup add usb ../usb --json",
    },
    { says: "a new one, only tried", line: "pond backup add usb ../usb -n" },
    {
      says: "a name that is taken",
      line: "pond backup add usb ../other",
      setup: ADDED,
      error: "ALREADY_EXISTS",
    },
    {
      says: "a place with something in it",
      line: "pond backup add usb notes/../sensors",
      error: "ALREADY_EXISTS",
    },
    {
      says: "a place in the pond",
      line: "pond backup add usb pond/backup",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "the backup of another pond",
      line: "pond --pond other backup add usb ../usb",
      setup: [...RUN, "pond init other"],
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a place of another kind",
      line: "pond backup add usb sftp://host/usb",
      error: "UNSUPPORTED",
    },
    {
      says: "a place without a directory above it",
      line: "pond backup add usb /mnt/nothing/usb",
      error: "NOT_FOUND",
    },
    {
      says: "a name that can't be one",
      line: "pond backup add -- -usb ../usb",
      error: "INVALID_NAME",
    },
    {
      says: "a passphrase that is missing",
      line: "pond backup add usb ../usb --encrypt",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a run, for programs",
      line: "pond backup run usb --json",
      setup: TWO.slice(0, -1),
    },
    { says: "nothing new", line: "pond backup run usb", setup: RUN },
    {
      says: "nothing to run",
      line: "pond backup run",
      error: "NOT_FOUND",
    },
    {
      says: "one of two isn't there",
      line: "pond backup run",
      setup: [...ADDED, "pond backup add other ../other"],
      prepare: async (disk) => await disk.remove("/home/other/backup.json"),
      exit: 3,
    },
    { says: "how they stand", line: "pond backup list", setup: TWO },
    {
      says: "how they stand, for programs",
      line: "pond backup list --json",
      setup: [...RUN, "pond mkdir /more"],
    },
    { says: "no backup", line: "pond backup list" },
    { says: "snapshots", line: "pond backup list usb", setup: TWO },
    {
      says: "snapshots, for programs",
      line: "pond backup list ../usb --json",
      setup: TWO,
    },
    {
      says: "a backup that there is not",
      line: "pond backup list ubs",
      error: "NOT_FOUND",
    },
    { says: "everything is read", line: "pond backup verify usb", setup: TWO },
    {
      says: "damage",
      line: "pond backup verify usb",
      setup: RUN,
      prepare: (disk) => {
        for (const [path, bytes] of disk.snapshot()) {
          if (!path.startsWith("/home/usb/packs/")) continue;
          disk.plant(path, bytes.slice(0, 100));
        }
      },
      exit: 6,
    },
    {
      says: "damage, for programs",
      line: "pond backup verify usb --json",
      setup: RUN,
      prepare: (disk) => {
        for (const path of disk.snapshot().keys()) {
          if (!path.startsWith("/home/usb/indexes/")) continue;
          disk.plant(path, new Uint8Array(3));
        }
      },
      exit: 6,
    },
    {
      says: "a restore",
      line: "pond backup restore usb ../again",
      setup: TWO,
    },
    {
      says: "a restore without the pond, for programs",
      line:
        "pond --pond /nowhere backup restore ../usb ../again --layout hive --json",
      setup: TWO,
    },
    {
      says: "a restore of the first snapshot with a version",
      line: "pond backup restore usb ../again --snapshot v5",
      setup: TWO,
    },
    {
      says: "a restore to what isn't empty",
      line: "pond backup restore usb sensors",
      setup: RUN,
      error: "ALREADY_EXISTS",
    },
    {
      says: "a snapshot that there is not",
      line: "pond backup restore usb ../again --snapshot 00000",
      setup: RUN,
      error: "NOT_FOUND",
    },
    { says: "a drill", line: "pond backup drill usb", setup: TWO },
    {
      says: "a drill, for programs",
      line: "pond backup drill usb --json",
      setup: RUN,
    },
    {
      says: "what would go",
      line: "pond backup prune usb --keep-daily 7",
      setup: TWO,
    },
    {
      says: "what goes, for programs",
      line: "pond backup prune usb --keep-last 1 --keep-within 1h --yes --json",
      setup: TWO,
    },
    {
      says: "no rule",
      line: "pond backup prune usb --yes",
      setup: RUN,
      error: "INVALID_ARGUMENT",
    },
    { says: "forgotten", line: "pond backup rm usb", setup: ADDED },
    {
      says: "forgotten, for programs",
      line: "pond backup rm usb --json",
      setup: ADDED,
    },
    {
      says: "a verb that there is not",
      line: "pond backup creat",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "an option of another verb",
      line: "pond backup run usb --layout hive",
      setup: ADDED,
      error: "INVALID_ARGUMENT",
    },
    {
      says: "too few words",
      line: "pond backup restore usb",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "the disk is full",
      line: "pond backup run",
      setup: ADDED,
      refuse: { method: "create", code: "NO_SPACE" },
      error: "NO_SPACE",
    },
    {
      says: "it is encrypted, and nobody says for whom",
      line: "pond backup run",
      setup: [`pond backup add usb ../usb --recipient ${RECIPIENT}`],
      error: "PERMISSION_DENIED",
    },
    {
      says: "another run is at work",
      line: "pond backup run usb",
      setup: ADDED,
      locked: "/home/usb/lock",
      error: "LOCKED",
    },
  ],
};
