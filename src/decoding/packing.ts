/**
 * Groups indices into batches of similar lengths, so that there is little padding and rows end at about the same time.
 *
 * @param length  Length of the i-th item, in tokens.
 * @param most    Limits of a batch: items, and tokens with padding. A longer item is a batch of its own.
 */
export function batchesByTokens(
  count: number,
  length: (i: number) => number,
  most: { readonly sentences: number; readonly tokens: number },
): number[][] {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => length(a) - length(b) || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const i of order) {
    const isFull = batch.length === most.sentences || (batch.length + 1) * length(i) > most.tokens;
    if (isFull && batch.length > 0) {
      batches.push(batch);
      batch = [];
    }
    batch.push(i);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Sentences of ids as one matrix, each row padded at its end. */
export function padded(
  sentences: readonly ArrayLike<number>[],
  padding: number,
): { shape: number[]; data: Int32Array } {
  const length = sentences.reduce((longest, ids) => Math.max(longest, ids.length), 0);
  const data = new Int32Array(sentences.length * length).fill(padding);
  sentences.forEach((ids, row) => {
    data.set(ids, row * length);
  });
  return { shape: [sentences.length, length], data };
}
