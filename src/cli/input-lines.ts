import { decodeLines } from "../data/lines.ts";
import { heedError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Yields the lines of standard input; reports at the end how many had bytes replaced. */
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
  if (replaced > 0) io.say(`heed: ${replaced} lines had invalid UTF-8, replaced by U+FFFD`);
}

/** How long to wait for another line when some are ready to be processed. */
const PATIENCE_MS = 50;

/**
 * Yields the lines in groups of at most `size`, so that memory stays flat. When input is slow, as from a person typing,
 * a group ends early and every line is answered at once.
 */
export async function* patientWindows<T>(lines: AsyncGenerator<T>, size: number): AsyncGenerator<T[]> {
  let window: T[] = [];
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

/** The lines of standard input in such groups. */
export const inputWindows = (io: Io, invalidUtf8: string, size: number): AsyncGenerator<string[]> =>
  patientWindows(inputLines(io, invalidUtf8), size);

async function isSlow(next: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), PATIENCE_MS);
  });
  try {
    // An error is thrown where the line is read, after the lines before it are processed.
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
