import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type BleuOptions, type BleuScore, corpusBleu, sentenceBleu } from "../../src/evaluation/bleu.ts";
import { type ChrfOptions, type ChrfScore, corpusChrf } from "../../src/evaluation/chrf.ts";
import { SACREBLEU_VERSION } from "../../src/evaluation/sacrebleu.ts";

interface Case {
  readonly name: string;
  readonly hypotheses: readonly string[];
  /** null where a sentence has fewer references than others. */
  readonly references: readonly (readonly (string | null)[])[];
  readonly bleu: readonly { readonly options: BleuOptions; readonly expected: BleuScore }[];
  readonly sentences: readonly {
    readonly options: BleuOptions;
    readonly expected: { readonly scores: readonly number[]; readonly signature: string };
  }[];
  readonly chrf: readonly { readonly options: ChrfOptions; readonly expected: ChrfScore }[];
}
const golden = JSON.parse(readFileSync("test/golden/sacrebleu/scores.json", "utf8")) as {
  readonly sacrebleu: string;
  readonly cases: readonly Case[];
};

test("the golden scores are of the release that signatures name", () => {
  expect(golden.sacrebleu).toBe(SACREBLEU_VERSION);
});

describe.each(golden.cases)(
  "equal to sacreBLEU: $name",
  ({ hypotheses, references: sets, bleu, sentences, chrf }) => {
    const references = sets.map((set) => set.map((text) => text ?? undefined));

    test.each(bleu)("BLEU $options", ({ options, expected }) => {
      const { score, precisions, brevityPenalty, ...exact } = corpusBleu(hypotheses, references, options);
      near(score, expected.score);
      near(brevityPenalty, expected.brevityPenalty);
      for (const [n, precision] of precisions.entries()) near(precision, expected.precisions[n]);
      const { hypothesisLength, referenceLength, signature } = expected;
      expect(exact).toEqual({ hypothesisLength, referenceLength, signature });
    });

    test.each(sentences)("BLEU of each sentence $options", ({ options, expected }) => {
      hypotheses.forEach((hypothesis, at) => {
        const { score, signature } = sentenceBleu(
          hypothesis,
          references.flatMap((set) => set[at] ?? []),
          options,
        );
        near(score, expected.scores[at]);
        expect(signature).toBe(expected.signature);
      });
    });

    test.each(chrf)("chrF $options", ({ options, expected }) => {
      const { score, ...exact } = corpusChrf(hypotheses, references, options);
      near(score, expected.score);
      expect(exact).toEqual({ name: expected.name, signature: expected.signature });
    });
  },
);

function near(actual: number, expected: number | undefined): void {
  expect(Math.abs(actual - (expected as number)), `${actual} against ${expected}`).toBeLessThan(1e-9);
}
