/** Said once, at the end, of lines that were longer than a model reads. */
export const cutLines = (count: number, tokens: number): string =>
  `heed: ${count} ${count === 1 ? "line was" : "lines were"} cut off after ${tokens} tokens`;
