/** Real systems on FLORES: scores published with them, and sacreBLEU's of the same files. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bleu, corpusBleu } from "../../src/evaluation/bleu.ts";
import { chrf } from "../../src/evaluation/chrf.ts";
import { corpusScore, tabulate } from "../../src/evaluation/metric.ts";
import { pairedBootstrap, pairedRandomisation } from "../../src/evaluation/significance.ts";
import { ter } from "../../src/evaluation/ter.ts";

const folder = "../shared/data/flores-bleu-check";
const lines = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);
const textsOf = (direction: string, name: string): string[] =>
  lines(`${folder}/${direction}/${name}.${direction.split("-")[1]}`);

const metrics = { bleu, chrf, ter };
const golden = JSON.parse(readFileSync("test/golden/sacrebleu/flores.json", "utf8")) as {
  /** The first is the baseline. */
  readonly systems: readonly string[];
  readonly scores: readonly {
    readonly direction: string;
    readonly system: string;
    readonly metric: keyof typeof metrics;
    readonly options: object;
    readonly score: number;
  }[];
  readonly tests: readonly {
    readonly kind: "bs" | "ar";
    readonly samples: number;
    readonly metric: keyof typeof metrics;
    readonly score: number;
    readonly p: number;
  }[];
};

describe.skipIf(!existsSync(folder))("real systems on FLORES (skipped: data absent)", () => {
  const rows = existsSync(folder) ? lines(`${folder}/scores.tsv`).slice(1) : [];
  for (const row of rows) {
    const [direction = "", system = "", published, recomputed, precisions, penalty, ...lengths] =
      row.split("\t");
    test(`${direction} ${system}: the published BLEU, ${published}`, () => {
      const hypotheses = textsOf(direction, system);
      const score = corpusBleu(hypotheses, [textsOf(direction, "reference")]);
      expect(score.score.toFixed(1)).toBe(published);
      expect(score.score.toFixed(2)).toBe(recomputed);
      expect(score.precisions.map((p) => Number(p.toFixed(2)))).toEqual(precisions?.split("/").map(Number));
      expect(Number(score.brevityPenalty.toFixed(4))).toBe(Number(penalty));
      expect([score.hypothesisLength, score.referenceLength]).toEqual(lengths.map(Number));
    });
  }

  test.each(golden.scores)("$direction $system: $metric $options", (expected) => {
    const { direction, system, metric, options, score } = expected;
    const references = [textsOf(direction, "reference")];
    const table = tabulate(metrics[metric](options), textsOf(direction, system), references);
    expect(Math.abs(corpusScore(table) - score)).toBeLessThan(1e-9);
  });

  test.each(golden.tests)("de-en: $kind of two systems by $metric, p = $p", (expected) => {
    const { kind, samples, metric, score, p } = expected;
    const references = [textsOf("de-en", "reference")];
    const tables = golden.systems.map((name) =>
      tabulate(metrics[metric](), textsOf("de-en", name), references),
    );
    const results =
      kind === "bs"
        ? pairedBootstrap(tables, { resamples: samples })
        : pairedRandomisation(tables, { trials: samples });
    expect(Math.abs((results[1]?.score ?? 0) - score)).toBeLessThan(1e-9);
    expect(results[1]?.p).toBe(p);
  });
});
