/**
 * Runs programs, and says what they took: time, and memory at most.
 *
 * @module
 */

/** A program with its arguments, and where and how it is run. */
export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a run took. */
export interface Taken {
  readonly milliseconds: number;
  /** What it took of the processors. */
  readonly cpuMilliseconds: number;
  /** Memory at its largest, of the largest of its processes. */
  readonly mebibytes: number;
}

/** Starts a program, waits for its end, and asks the kernel what it took. */
const SCRIPT = `
import os, sys, time
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
taken = (time.monotonic() - start) * 1000
cpu = (usage.ru_utime + usage.ru_stime) * 1000
sys.stderr.write(f"\\n{taken} {cpu} {usage.ru_maxrss / 1024}")
sys.exit(os.waitstatus_to_exitcode(status))
`;

/**
 * Runs programs one after the other, as one work; a failure ends the benchmark.
 */
export async function measured(
  ...programs: readonly Program[]
): Promise<Taken> {
  let milliseconds = 0;
  let cpuMilliseconds = 0;
  let mebibytes = 0;
  for (const program of programs) {
    const [time = 0, cpu = 0, memory = 0] = await measuredOne(program);
    milliseconds += time;
    cpuMilliseconds += cpu;
    mebibytes = Math.max(mebibytes, memory);
  }
  return { milliseconds, cpuMilliseconds, mebibytes };
}

async function measuredOne(
  { command, cwd, env = {} }: Program,
): Promise<number[]> {
  // What the others have left to be written is not this one's work.
  await new Deno.Command("sync").output();
  const { success, stderr } = await new Deno.Command("python3", {
    args: ["-c", SCRIPT, ...command],
    cwd,
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  if (!success) throw new TypeError(`Cannot run ${command[0]}: ${text}`);
  return (text.split("\n").at(-1) ?? "").split(" ").map(Number);
}

/** The value in the middle. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
