import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type BleuOptions,
  type BleuScore,
  bleu,
  corpusBleu,
  sentenceBleu,
} from "../../src/evaluation/bleu.ts";
import {
  type ChrfOptions,
  type ChrfScore,
  chrf,
  corpusChrf,
  sentenceChrf,
} from "../../src/evaluation/chrf.ts";
import { type Metric, sentenceScores, signatureOf, tabulate } from "../../src/evaluation/metric.ts";
import { SACREBLEU_VERSION } from "../../src/evaluation/signature.ts";
import { corpusTer, sentenceTer, type TerScore, ter } from "../../src/evaluation/ter.ts";
import type { TerOptions } from "../../src/evaluation/tercom-tokens.ts";

interface CorpusScore<Options, Score> {
  readonly options: Options;
  readonly expected: Omit<Score, "signature">;
  readonly signature: string;
  readonly short: string;
}

interface SentenceScores<Options> {
  readonly options: Options;
  readonly scores: readonly number[];
}

interface Case {
  readonly name: string;
  readonly hypotheses: readonly string[];
  /** null where a sentence has fewer references than others. */
  readonly references: readonly (readonly (string | null)[])[];
  readonly bleu: readonly CorpusScore<BleuOptions, BleuScore>[];
  readonly chrf: readonly CorpusScore<ChrfOptions, ChrfScore>[];
  readonly ter: readonly CorpusScore<TerOptions, TerScore>[];
  readonly sentences: {
    readonly bleu: readonly SentenceScores<BleuOptions>[];
    readonly chrf: readonly SentenceScores<ChrfOptions>[];
    readonly ter: readonly SentenceScores<TerOptions>[];
  };
}
const golden = JSON.parse(readFileSync("test/golden/sacrebleu/scores.json", "utf8")) as {
  readonly sacrebleu: string;
  readonly cases: readonly Case[];
};

test("the golden scores are of the release that signatures name", () => {
  expect(golden.sacrebleu).toBe(SACREBLEU_VERSION);
});

describe.each(golden.cases)("equal to sacreBLEU: $name", ({ hypotheses, references: sets, ...expected }) => {
  const references = sets.map((set) => set.map((text) => text ?? undefined));
  const ofSentence = (at: number): string[] => references.flatMap((set) => set[at] ?? []);
  const shortOf = (metric: Metric): string =>
    signatureOf(tabulate(metric, hypotheses, references), undefined, true);

  test.each(expected.bleu)("BLEU $options", ({ options, expected: found, signature, short }) => {
    const score = corpusBleu(hypotheses, references, options);
    nearAll(score, { ...found, signature });
    expect(shortOf(bleu(options))).toBe(short);
  });

  test.each(expected.chrf)("chrF $options", ({ options, expected: found, signature, short }) => {
    nearAll(corpusChrf(hypotheses, references, options), { ...found, signature });
    expect(shortOf(chrf(options))).toBe(short);
  });

  test.each(expected.ter)("TER $options", ({ options, expected: found, signature, short }) => {
    nearAll(corpusTer(hypotheses, references, options), { ...found, signature });
    expect(shortOf(ter(options))).toBe(short);
  });

  /** Both ways to a sentence's score: by itself, and from the table of a test set. */
  const holdSentences = (
    scores: readonly number[],
    metric: Metric,
    scoreOf: (hypothesis: string, references: readonly string[]) => { readonly score: number },
  ): void => {
    const tabulated = sentenceScores(tabulate(metric, hypotheses, references));
    for (const [at, hypothesis] of hypotheses.entries()) {
      near(scoreOf(hypothesis, ofSentence(at)).score, scores[at]);
      near(tabulated[at] as number, scores[at]);
    }
  };

  test.each(expected.sentences.bleu)("BLEU of each sentence $options", ({ options, scores }) => {
    holdSentences(scores, bleu(options), (text, others) => sentenceBleu(text, others, options));
  });

  test.each(expected.sentences.chrf)("chrF of each sentence $options", ({ options, scores }) => {
    holdSentences(scores, chrf(options), (text, others) => sentenceChrf(text, others, options));
  });

  test.each(expected.sentences.ter)("TER of each sentence $options", ({ options, scores }) => {
    holdSentences(scores, ter(options), (text, others) => sentenceTer(text, others, options));
  });
});

/** Equal in every key; numbers to 1e-9. */
function nearAll(actual: object, expected: object): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(expected)) {
    const found: unknown = actual[key as keyof typeof actual];
    if (typeof value === "string") expect(found).toBe(value);
    else for (const [i, each] of [value].flat().entries()) near([found].flat()[i] as number, each);
  }
}

function near(actual: number, expected: number | undefined): void {
  expect(Math.abs(actual - (expected as number)), `${actual} against ${expected}`).toBeLessThan(1e-9);
}
