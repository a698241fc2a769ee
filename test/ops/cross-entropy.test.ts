/** Cross-entropy of logits against PyTorch's. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { crossEntropy } from "../../src/ops/cross-entropy.ts";
import { host } from "./graph-run.ts";
import { open } from "./native-run.ts";

interface Golden {
  readonly shape: [number, number, number];
  readonly logits: number[];
  readonly targets: number[];
  readonly weight: number[];
  readonly cases: { smoothing: number; weighted: boolean; loss: number; gradient: number[] }[];
}
const file = new URL("../golden/cross-entropy/losses.json", import.meta.url);
const { shape, cases, ...golden } = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("crossEntropy", () => {
  test.each(cases)(
    "smoothing $smoothing, weighted $weighted: loss and gradient are PyTorch's",
    async (asked) => {
      const logits = input("logits", "float64", ["batch", "time", shape[2]]);
      const targets = input("targets", "int32", ["batch", "time"]);
      const weight = input("weight", "float64", ["batch", "time"]);
      const { smoothing } = asked;
      const loss = crossEntropy(logits, targets, asked.weighted ? { weight, smoothing } : { smoothing });
      const run = await open({ loss, slope: gradients(loss, [logits])[0] as Value });
      const found = await run({
        logits: host("float64", shape, golden.logits),
        targets: host("int32", shape.slice(0, 2), golden.targets),
        weight: host("float64", shape.slice(0, 2), golden.weight),
      });
      run.close();
      expect(Number(found.loss?.data[0])).toBeCloseTo(asked.loss, 12);
      Array.from(found.slope?.data ?? [], Number).forEach((value, i) => {
        expect(value).toBeCloseTo(asked.gradient[i] as number, 12);
      });
    },
  );

  test("refuses targets of another shape", () => {
    const logits = input("logits", "float32", [4, 3]);
    expect(() => crossEntropy(logits, input("targets", "int32", [3]))).toThrow(
      "targets and weight [...lead]",
    );
  });
});
