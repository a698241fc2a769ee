import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { corpusBleu } from "../../src/evaluation/bleu.ts";

const folder = "../shared/data/flores-bleu-check";
const lines = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);

describe.skipIf(!existsSync(folder))("known scores of real systems on FLORES (skipped: data absent)", () => {
  const rows = existsSync(folder) ? lines(`${folder}/scores.tsv`).slice(1) : [];
  for (const row of rows) {
    const [direction = "", system, , bleu, precisions, penalty, hypothesisLength, referenceLength] =
      row.split("\t");
    const language = direction.split("-")[1];
    test(`${direction} ${system}: BLEU ${bleu}`, () => {
      const hypotheses = lines(`${folder}/${direction}/${system}.${language}`);
      const score = corpusBleu(hypotheses, [lines(`${folder}/${direction}/reference.${language}`)]);
      expect(score.score.toFixed(2)).toBe(bleu);
      expect(score.precisions.map((p) => Number(p.toFixed(2)))).toEqual(precisions?.split("/").map(Number));
      expect(Number(score.brevityPenalty.toFixed(4))).toBe(Number(penalty));
      expect(score.hypothesisLength).toBe(Number(hypothesisLength));
      expect(score.referenceLength).toBe(Number(referenceLength));
    });
  }
});
