import { once } from "node:events";
import { fstatSync } from "node:fs";
import { heedError } from "../errors.ts";

/** The streams and signals that a command uses. */
export interface Io {
  /** Standard input in chunks of bytes. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes a piece of the results. @throws as `writeLine` does */
  readonly write: (text: string) => Promise<void>;
  /** Writes a line of the results and waits for a slow reader. @throws ERR_IO when it cannot be written. */
  readonly writeLine: (line: string) => Promise<void>;
  /** Writes a line to standard error, for a person. */
  readonly say: (line: string) => void;
  /** Where to draw a progress bar; undefined where standard error is not a terminal. */
  readonly terminal: NodeJS.WriteStream | undefined;
  readonly signal: AbortSignal;
  /** Runs a long step that lets no signal through until it is done, and has nothing to save: a signal ends the process in it. */
  readonly unsaved: <T>(step: () => T) => T;
}

/** The reader of standard output has closed it, as `head` does. */
export class ReaderGone extends Error {}

/** The abort reason after SIGINT or SIGTERM. */
export class Stopped extends Error {
  /** The exit status of the stopped command. */
  readonly status: number;

  constructor(status: number) {
    super("stopped by a signal");
    this.status = status;
  }
}

const signals = { SIGINT: 130, SIGTERM: 143 } as const;
const names = Object.keys(signals) as (keyof typeof signals)[];

/** Standard input. @throws ERR_INPUT when it is a directory or cannot be read; the signal's reason once it is aborted */
async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const fail = (cause: string, error?: unknown): Error =>
    heedError("ERR_INPUT", { where: "standard input", cause }, error);
  let isDirectory = false;
  try {
    isDirectory = fstatSync(0).isDirectory();
  } catch {} // Reading it says why.
  if (isDirectory) throw fail("is a directory, not a file");
  // Nobody waits for a line that may never come.
  signal.addEventListener("abort", () => process.stdin.destroy());
  try {
    yield* process.stdin;
  } catch (error) {
    signal.throwIfAborted();
    throw fail(`cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`, error);
  }
  signal.throwIfAborted();
}

/** The process's own streams and signals: the first signal asks the command to finish, the second ends it at once. */
export function processIo(): Io {
  const abort = new AbortController();
  const stop = (name: keyof typeof signals): void => {
    // The system ends the process at the next one, however busy it is.
    unhear();
    abort.abort(new Stopped(signals[name]));
    process.stderr.write(
      "heed: stopping once what is under way is finished; interrupt again to stop at once\n",
    );
  };
  const hear = (): void => {
    for (const name of names) process.on(name, stop);
  };
  const unhear = (): void => {
    for (const name of names) process.off(name, stop);
  };
  hear();
  // A closed standard error must not end hours of training.
  process.stderr.on("error", () => undefined);
  let failure: NodeJS.ErrnoException | undefined;
  process.stdout.on("error", (error) => {
    failure = error;
  });
  const check = (): void => {
    if (!failure) return;
    if (failure.code === "EPIPE") throw new ReaderGone();
    const cause = `cannot write (${failure.code ?? failure.message})`;
    throw heedError("ERR_IO", { where: "standard output", cause }, failure);
  };
  const write = async (text: string): Promise<void> => {
    check();
    await new Promise<void>((resolve) => {
      process.stdout.write(text, () => resolve());
    });
    if (process.stdout.writableNeedDrain && !failure)
      await Promise.race([once(process.stdout, "drain"), failed()]);
    check();
  };
  const failed = (): Promise<unknown> => once(process.stdout, "error").catch(() => undefined);
  return {
    stdin: standardInput(abort.signal),
    write,
    writeLine: (line) => write(`${line}\n`),
    say: (line) => process.stderr.write(`${line}\n`),
    terminal: process.stderr.isTTY ? process.stderr : undefined,
    signal: abort.signal,
    unsaved: (step) => {
      if (abort.signal.aborted) throw abort.signal.reason;
      unhear();
      try {
        return step();
      } finally {
        hear();
      }
    },
  };
}
