import { coverWindows, makeWindows, type WindowBatch } from "../../data/windows.ts";
import { heedError } from "../../errors.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import { bareIds, type Tokenizer } from "../../text/tokenizer.ts";
import { atOnce, inTurns, type Work } from "../../work.ts";

/**
 * A text as one sequence of ids. Each line ends with `</s>`, and empty lines are kept; within a line the tokenizer's
 * normaliser collapses and strips white space, so indentation is lost. Where a tokenizer keeps line breaks, lines end with
 * them, and the text with the token for its end.
 */
export const encodeText = (lines: Iterable<string>, tokenizer: Tokenizer): Int32Array =>
  atOnce(encoding(lines, tokenizer));

function* encoding(lines: Iterable<string>, tokenizer: Tokenizer): Work<Int32Array> {
  const ids: number[] = [];
  const encode = tokenizer.keepsLines
    ? (line: string): number[] => bareIds(tokenizer, `${line}\n`)
    : (line: string): number[] => tokenizer.encode(line);
  for (const line of lines) {
    yield;
    for (const id of encode(line)) ids.push(id);
  }
  if (tokenizer.keepsLines) ids.push(tokenizer.special.eos);
  return Int32Array.from(ids);
}

export function windowFeeds({ size, length, tokens, labels }: WindowBatch): BatchFeeds {
  const shape = [size, length];
  return {
    text: { shape, data: tokens },
    labels: { shape, data: labels },
    labelWeight: { shape, data: new Float32Array(size * length).fill(1) },
  };
}

/** A text as batches of windows that together cover it, for scoring. */
export function* coverText(text: Int32Array, context: number): Generator<BatchFeeds> {
  const windows = coverWindows(text.length, context);
  const whole = windows.filter(({ size }) => size === context).map(({ start }) => start);
  for (let at = 0; at < whole.length; at += SCORED) {
    yield windowFeeds(makeWindows(text, whole.slice(at, at + SCORED), context));
  }
  for (const { start, size } of windows) {
    if (size < context) yield windowFeeds(makeWindows(text, [start], size));
  }
}

/** Windows scored together. */
const SCORED = 64;

/** Encodes a text. @throws ERR_DATA when it is too short to predict anything in; the signal's reason once aborted. */
export async function encodeLongEnough(
  lines: readonly string[],
  tokenizer: Tokenizer,
  where: string,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const ids = await inTurns(encoding(lines, tokenizer), signal);
  if (ids.length >= 2) return ids;
  throw heedError("ERR_DATA", {
    where,
    cause: "there is no text",
    remedy: "give a text of at least one line",
  });
}
