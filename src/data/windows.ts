import { randomInts } from "../random.ts";
import { shuffle } from "./shuffle.ts";

export interface WindowOptions {
  /** Tokens of a window. */
  readonly context: number;
  /** Most tokens of a batch; at least one window. */
  readonly batchTokens: number;
  readonly seed: number;
  readonly epoch: number;
}

/**
 * One pass over a text of `length` tokens as batches of windows, each named by where it starts. Windows do not overlap;
 * where the first one starts differs from epoch to epoch, so that a token is not always predicted from the same ones.
 * A function of the options alone.
 */
export function planWindows(length: number, options: WindowOptions): number[][] {
  const { context, batchTokens, seed, epoch } = options;
  // A window needs one token more than it has: the last one's successor.
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

/** Windows of a text that stand in order and leave nothing out, the last one shorter: how a text is scored. */
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
