import { decodeLines } from "../data/lines.ts";
import { heedError } from "../errors.ts";
import type { Io } from "./io.ts";

/** The lines of standard input; says at the end how many had bytes that were replaced. */
export async function* inputLines(io: Io, invalidUtf8: string): AsyncGenerator<string> {
  if (invalidUtf8 !== "error" && invalidUtf8 !== "replace") {
    throw heedError("ERR_USAGE", {
      where: "--invalid-utf8",
      cause: `"${invalidUtf8}" is neither error nor replace`,
    });
  }
  let replaced = 0;
  const onReplaced = (): void => {
    replaced += 1;
  };
  yield* decodeLines(io.stdin, { name: "standard input", invalidUtf8, onReplaced });
  if (replaced > 0) io.say(`heed: ${replaced} lines had bytes that are not UTF-8, written as U+FFFD`);
}

/** Lines are not waited for longer than this when some are there to be worked on. */
const PATIENCE_MS = 50;

/**
 * The lines in groups of at most `size`: read, worked on and written together, so that memory stays flat. Somebody who
 * types gets an answer to every line.
 */
export async function* inputWindows(io: Io, invalidUtf8: string, size: number): AsyncGenerator<string[]> {
  const lines = inputLines(io, invalidUtf8);
  let window: string[] = [];
  try {
    for (let next = lines.next(); ; next = lines.next()) {
      if (window.length > 0 && (await isSlow(next))) {
        yield window;
        window = [];
      }
      const { value, done } = await next;
      if (done) break;
      window.push(value);
      if (window.length < size) continue;
      yield window;
      window = [];
    }
  } finally {
    await lines.return(undefined);
  }
  if (window.length > 0) yield window;
}

async function isSlow(next: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), PATIENCE_MS);
  });
  try {
    // An error is thrown where the line is read, after what came before it was worked on.
    return await Promise.race([
      next.then(
        () => false,
        () => false,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
