import { extraColumns, readPairs } from "../data/pairs.node.ts";
import { heedError } from "../errors.ts";
import type { References } from "../evaluation/counts.ts";
import type { Io } from "./io.ts";

/** The options that name a translator's test set. */
export interface TestSetFiles {
  readonly source?: string | undefined;
  readonly reference?: string | undefined;
  readonly pairs?: string | undefined;
}

/** The references of a test set as one list per reference. */
export const referenceSets = (test: readonly TestSentence[]): References[] => {
  const most = test.reduce((count, { references }) => Math.max(count, references.length), 0);
  return Array.from({ length: most }, (_, set) => test.map(({ references }) => references[set]));
};

export interface TestSentence {
  readonly source: string;
  readonly references: string[];
  /** Where it stands in the test set, from 0: several times, where a TSV repeats a source. */
  readonly lines: number[];
}

/** The translations of sentences as a text with one for every line of the test set, as `heed compare` needs it. */
export function byLine(
  test: readonly Pick<TestSentence, "lines">[],
  translations: readonly string[],
): string {
  const text: string[] = [];
  for (const [i, { lines }] of test.entries()) for (const at of lines) text[at] = `${translations[i]}\n`;
  return text.join("");
}

/** Reads sources with their references; a source repeated in a TSV has several. */
export async function readTest({ source, reference, pairs }: TestSetFiles, io: Io): Promise<TestSentence[]> {
  if (pairs && (source || reference)) {
    const cause = "--pairs already has sources and references";
    throw heedError("ERR_USAGE", {
      where: "heed evaluate",
      cause,
      remedy: "leave out --source and --reference",
    });
  }
  if (!pairs && !(source && reference)) {
    const remedy = "give --source and --reference, or --pairs";
    throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set", remedy });
  }
  const sentences: TestSentence[] = [];
  const known = new Map<string, TestSentence>();
  let line = 0;
  const spec = pairs ? { pairs } : { source: source ?? "", target: reference ?? "" };
  const onExtraColumns = (path: string, count: number): void => io.say(`heed: ${extraColumns(path, count)}`);
  for await (const pair of readPairs(spec, { onExtraColumns })) {
    const sentence = (pairs && known.get(pair.source)) || { source: pair.source, references: [], lines: [] };
    if (sentence.lines.length === 0) sentences.push(sentence);
    known.set(pair.source, sentence);
    sentence.references.push(pair.target);
    sentence.lines.push(line);
    line += 1;
  }
  if (sentences.length === 0) {
    throw heedError("ERR_DATA", { where: pairs ?? source ?? "", cause: "no sentences to translate" });
  }
  return sentences;
}
