import { once } from "node:events";
import { heedError } from "../errors.ts";

/** What a command may touch of the world outside. */
export interface Io {
  /** Standard input, whole chunks of bytes. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes text as results, as it comes. @throws as `writeLine` does */
  readonly write: (text: string) => Promise<void>;
  /** Writes a line of results, waiting until the reader keeps up. @throws ERR_IO when it cannot be written. */
  readonly writeLine: (line: string) => Promise<void>;
  /** Writes a line for a person to standard error. */
  readonly say: (line: string) => void;
  /** Where a progress bar may be drawn. */
  readonly terminal: NodeJS.WriteStream | undefined;
  readonly signal: AbortSignal;
}

export class ReaderGone extends Error {}

/** The reason of an abort that a signal of the system caused. */
export class Stopped extends Error {
  /** What a command returns that was stopped by it. */
  readonly status: number;

  constructor(status: number) {
    super("stopped by a signal");
    this.status = status;
  }
}

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/** The process's own streams and signals: the first signal asks to finish, a second one ends at once. */
export function processIo(): Io {
  const abort = new AbortController();
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(code);
      abort.abort(new Stopped(code));
      process.stderr.write("heed: finishing the current step; once more to stop at once\n");
    });
  }
  // Whoever stops reading what is said to a person does not end hours of training.
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
    stdin: process.stdin,
    write,
    writeLine: (line) => write(`${line}\n`),
    say: (line) => process.stderr.write(`${line}\n`),
    terminal: process.stderr.isTTY ? process.stderr : undefined,
    signal: abort.signal,
  };
}
