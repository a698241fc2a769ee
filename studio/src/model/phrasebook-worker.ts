/** Makes the phrasebook's corpus, once, on a thread of its own: it takes seconds. */
import { expose } from "comlink";
import { type PhrasebookPair, phrasebook } from "heed/phrasebook";

const { train, valid, test } = phrasebook();
const bySource = new Map([...train, ...valid, ...test].map((pair) => [pair.source, pair]));

const requests = {
  find: (source: string): PhrasebookPair | undefined => bySource.get(source),
  /** Sentences that a model trained on it has not seen. */
  heldOut: (count: number): readonly PhrasebookPair[] => valid.slice(0, count),
  /** Those that `heed quickstart` scores a model on. */
  test: (count: number): readonly PhrasebookPair[] => test.slice(0, count),
};
export type PhrasebookRequests = typeof requests;

expose(requests);
