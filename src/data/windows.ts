import { randomInts } from "../random.ts";
import { shuffle } from "./shuffle.ts";

export interface WindowOptions {
  /** Tokens per window. */
  readonly context: number;
  /** Most tokens per batch, which holds at least one window. */
  readonly batchTokens: number;
  readonly seed: number;
  readonly epoch: number;
}

/**
 * One pass over a text of `length` tokens as batches of windows, each given by its start. Windows do not overlap; the
 * start of the first one varies by epoch, so that a token is not always predicted from the same context. Depends only on
 * `length` and the options.
 */
export function planWindows(length: number, options: WindowOptions): number[][] {
  const { context, batchTokens, seed, epoch } = options;
  // A window needs one token after its last as a label.
  const span = Math.min(context, length - 1);
  const offset = randomInts(seed, `offset ${epoch}`)() >>> 0;
  const starts: number[] = [];
  for (let at = length - 1 < 2 * span ? 0 : offset % span; at + span < length; at += span) starts.push(at);
  const order = shuffle(starts, seed, `windows ${epoch}`);
  const size = Math.max(1, Math.floor(batchTokens / span));
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) =>
    order.slice(i * size, (i + 1) * size),
  );
}

/** Consecutive windows that cover a whole text, for scoring; the last one may be shorter. */
export function coverWindows(length: number, context: number): { start: number; size: number }[] {
  const windows: { start: number; size: number }[] = [];
  for (let start = 0; start < length - 1; start += context) {
    windows.push({ start, size: Math.min(context, length - 1 - start) });
  }
  return windows;
}

export interface WindowBatch {
  readonly size: number;
  readonly length: number;
  /** [size, length] */
  readonly tokens: Int32Array;
  /** [size, length]: the token after each. */
  readonly labels: Int32Array;
}

/** The windows of a text that start at `starts`. */
export function makeWindows(text: Int32Array, starts: readonly number[], length: number): WindowBatch {
  const tokens = new Int32Array(starts.length * length);
  const labels = new Int32Array(starts.length * length);
  starts.forEach((start, row) => {
    tokens.set(text.subarray(start, start + length), row * length);
    labels.set(text.subarray(start + 1, start + length + 1), row * length);
  });
  return { size: starts.length, length, tokens, labels };
}
