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

/** The lines in groups of at most `size`: read, worked on and written together, so that memory stays flat. */
export async function* inputWindows(io: Io, invalidUtf8: string, size: number): AsyncGenerator<string[]> {
  let window: string[] = [];
  for await (const line of inputLines(io, invalidUtf8)) {
    window.push(line);
    if (window.length < size) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}
