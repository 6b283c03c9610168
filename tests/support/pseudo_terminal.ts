/**
 * Runs pond in a pseudo-terminal, as a person does: by Python's `pty`, which
 * Debian's and macOS' own Python has.
 *
 * @module
 */
import { pondCommand } from "./deno_process.ts";

const PYTHON = "/usr/bin/python3";

/**
 * Waits for each text in the output, and types what belongs to it; prints all
 * of the output and then the exit code.
 */
const DRIVER = `
import fcntl, json, os, pty, select, struct, sys, termios, time
argv, steps, rows, columns = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    # Before the program looks.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(argv[0], argv)
output, seen, end = b"", 0, time.time() + 120
def read():
    global output
    if not select.select([fd], [], [], 0.1)[0]:
        return time.time() < end
    try:
        piece = os.read(fd, 65536)
    except OSError:
        return False
    output += piece
    return piece != b""
for expected, typed in steps:
    while expected.encode() not in output[seen:] and read():
        pass
    at = output.find(expected.encode(), seen)
    if at < 0:
        break
    seen = at + len(expected.encode())
    for piece in typed.split("|"):
        os.write(fd, piece.encode())
        # Ctrl-C throws away what was typed just now.
        time.sleep(0.3 if "|" in typed else 0)
while read():
    pass
if time.time() >= end:
    os.kill(pid, 9)
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(output)
sys.stdout.write("\\nexit code %d\\n" % os.waitstatus_to_exitcode(status))
`;

/** Waits for this text, then types that, with a pause at each `|`. */
export type Step = readonly [expected: string, typed: string];

/** The size of a screen, in characters. */
export interface ScreenSize {
  readonly rows: number;
  readonly columns: number;
}

/** Whether there is what it takes. */
export async function hasPseudoTerminal(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(PYTHON, {
      args: ["-c", "import os, pty; os.waitstatus_to_exitcode"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Runs a command line of pond in a pseudo-terminal of so many columns, and of
 * more lines than anything has.
 *
 * @returns What was on the terminal, as it is, and at its end `exit code N`.
 */
export async function showInTerminal(
  args: readonly string[],
  columns: number,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return await show(args, { rows: 500, columns }, env, []);
}

async function show(
  args: readonly string[],
  { rows, columns }: ScreenSize,
  env: Readonly<Record<string, string>>,
  steps: readonly Step[],
): Promise<string> {
  // Deno's own bars, while it loads modules, are none of pond's output.
  const [verb = "run", ...rest] = pondCommand(args);
  const argv = [Deno.execPath(), verb, "--quiet", ...rest];
  const { stdout } = await new Deno.Command(PYTHON, {
    args: ["-c", DRIVER, JSON.stringify([argv, steps, rows, columns])],
    // Whatever the tests themselves are run with.
    env: { TERM: "xterm", NO_COLOR: "", ...env },
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout);
}

/**
 * Runs a command line of pond in a pseudo-terminal.
 *
 * @returns What was on the terminal, without what moves the cursor, and at its
 *   end `exit code N`.
 */
export async function typeToPond(
  args: readonly string[],
  steps: readonly Step[],
  env: Readonly<Record<string, string>>,
  size: ScreenSize = { rows: 24, columns: 80 },
): Promise<string> {
  const shown = await show(args, size, { NO_COLOR: "1", ...env }, steps);
  return shown
    // deno-lint-ignore no-control-regex
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "");
}
