/** Metrics of small drawn test sets: empty sides, white space, 1 to 3 references, references missing. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type BleuOptions, bleu, corpusBleu, sentenceBleu } from "../../src/evaluation/bleu.ts";
import { type ChrfOptions, chrf, corpusChrf, sentenceChrf } from "../../src/evaluation/chrf.ts";
import { type Metric, sentenceScores, tabulate } from "../../src/evaluation/metric.ts";
import { SACREBLEU_VERSION } from "../../src/evaluation/signature.ts";
import { corpusTer, sentenceTer, ter } from "../../src/evaluation/ter.ts";
import type { TerOptions } from "../../src/evaluation/tercom-tokens.ts";

interface Scored<Options> {
  readonly options: Options;
  readonly score: number;
  readonly sentences: readonly number[];
}

interface Case {
  readonly hypotheses: readonly string[];
  /** null where a sentence has fewer references than others. */
  readonly references: readonly (readonly (string | null)[])[];
  readonly bleu: readonly Scored<BleuOptions>[];
  readonly chrf: readonly Scored<ChrfOptions>[];
  readonly ter: readonly Scored<TerOptions>[];
}

const golden = JSON.parse(readFileSync("test/golden/sacrebleu/fuzz.json", "utf8")) as {
  readonly sacrebleu: string;
  readonly cases: readonly Case[];
};

test("300 drawn test sets, scored by the release that signatures name", () => {
  expect(golden.sacrebleu).toBe(SACREBLEU_VERSION);
  expect(golden.cases).toHaveLength(300);
});

test("an empty hypothesis takes the reference that sacreBLEU takes, whatever stands in for 0/0", () => {
  const references = [
    ["the cat", "the cat sat"],
    ["", "a cat"],
  ];
  const { score } = corpusChrf(["", "the cat sat"], references, { effectiveOrder: false });
  expect(score).toBeCloseTo(100, 9);
});

test.each(["bleu", "chrf", "ter"] as const)("%s is sacreBLEU's, of test sets and of sentences", (name) => {
  for (const each of golden.cases) {
    const references = each.references.map((set) => set.map((text) => text ?? undefined));
    for (const scored of each[name]) {
      const { metric, corpus, sentence } = of(name, scored.options);
      const tabulated = sentenceScores(tabulate(metric, each.hypotheses, references));
      near(corpus(each.hypotheses, references).score, scored.score, each, scored.options);
      for (const [at, text] of each.hypotheses.entries()) {
        const own = references.flatMap((set) => set[at] ?? []);
        near(sentence(text, own).score, scored.sentences[at], each, scored.options);
        near(tabulated[at], scored.sentences[at], each, scored.options);
      }
    }
  }
});

type Sets = readonly (readonly (string | undefined)[])[];
interface Ways {
  readonly metric: Metric;
  readonly corpus: (hypotheses: readonly string[], references: Sets) => { readonly score: number };
  readonly sentence: (hypothesis: string, references: readonly string[]) => { readonly score: number };
}

function of(name: "bleu" | "chrf" | "ter", options: BleuOptions & ChrfOptions & TerOptions): Ways {
  switch (name) {
    case "bleu":
      return {
        metric: bleu(options),
        corpus: (texts, references) => corpusBleu(texts, references, options),
        sentence: (text, references) => sentenceBleu(text, references, { ...options, effectiveOrder: true }),
      };
    case "chrf":
      return {
        metric: chrf(options),
        corpus: (texts, references) => corpusChrf(texts, references, options),
        sentence: (text, references) => sentenceChrf(text, references, options),
      };
    case "ter":
      return {
        metric: ter(options),
        corpus: (texts, references) => corpusTer(texts, references, options),
        sentence: (text, references) => sentenceTer(text, references, options),
      };
  }
}

function near(actual: number | undefined, expected: number | undefined, data: Case, options: object): void {
  const apart = Math.abs((actual as number) - (expected as number));
  if (apart < 1e-9) return;
  const { hypotheses, references } = data;
  expect.fail(`${actual} against ${expected}: ${JSON.stringify({ options, hypotheses, references })}`);
}
