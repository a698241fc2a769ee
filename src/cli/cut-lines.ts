/** The closing note about lines longer than the model reads. */
export const cutLines = (count: number, tokens: number): string =>
  `heed: ${count} ${count === 1 ? "line was" : "lines were"} cut off after ${tokens} tokens`;
