/** Training steps of several ranks: one copy of the weights, and the numbers of one process. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { launchers, runJob, titleOf } from "./mpirun.ts";

interface Steps {
  readonly losses: readonly number[];
  readonly own: readonly number[];
  readonly hash: string;
  readonly weights: readonly number[];
  readonly valid: { readonly loss: number; readonly bleu: number };
}

const furthest = (a: readonly number[], b: readonly number[]): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, each, i) => Math.max(most, Math.abs(each - (b[i] as number))), 0);
};

describe.each(launchers)("$name", (launcher) => {
  describe.skipIf(launcher.absent)(titleOf(launcher), () => {
    const steps = async (ranks: number, ...args: string[]): Promise<Steps[]> => {
      const results = mkdtempSync(join(tmpdir(), "ranks-"));
      const env = { RESULTS: results };
      const { status, errors } = await runJob({ launcher, ranks, script: ["steps.ts", ...args], env });
      expect(status, errors).toBe(0);
      const read = (rank: number): Steps => JSON.parse(readFileSync(join(results, `${rank}.json`), "utf8"));
      return Array.from({ length: ranks }, (_, rank) => read(rank));
    };

    // Adam would make a step of the rounding errors of weights whose gradient is zero, as that of a key's bias.
    const usual = "training.epsilon=0.0001";
    let one: Steps;
    beforeAll(async () => {
      [one] = (await steps(1, "50", usual)) as [Steps];
    });

    test("1 to 4 ranks train the same weights within rounding, each the same to the bit", async () => {
      for (const ranks of [2, 3, 4]) {
        const all = await steps(ranks, "50", usual);
        expect(new Set(all.map(({ hash }) => hash)).size, `${ranks} ranks`).toBe(1);
        const [first] = all as [Steps];
        expect(furthest(first.losses, one.losses)).toBeLessThan(1e-5);
        expect(furthest(first.weights, one.weights)).toBeLessThan(1e-4);
        expect(Math.abs(first.valid.loss - one.valid.loss)).toBeLessThan(1e-5);
        expect(first.valid.bleu).toBe(one.valid.bleu);
        // Each token belongs to one rank, and the shares are uneven but close.
        const tokens = one.own.map((_, i) => all.map(({ own }) => own[i] as number));
        expect(tokens.map((shares) => shares.reduce((sum, each) => sum + each, 0))).toEqual(one.own);
        expect(tokens.some((shares) => new Set(shares).size > 1)).toBe(true);
      }
    });

    test("two jobs of two ranks are equal to the bit, with dropout, R-Drop, Muon and an average of the weights", async () => {
      const set = ["model.dropout=0.1", "training.ema=0.9", "training.rDrop=1", "training.optimizer=muon"];
      const twice = [await steps(2, "8", ...set), await steps(2, "8", ...set)];
      const hashes = twice.flat().map(({ hash }) => hash);
      expect(new Set(hashes).size).toBe(1);
    });

    test("rounded gradients train all ranks alike, and almost as unrounded ones do", async () => {
      const rounded = await steps(3, "20", usual, "training.wire=bfloat16");
      expect(new Set(rounded.map(({ hash }) => hash)).size).toBe(1);
      const apart = furthest((rounded[0] as Steps).losses, one.losses.slice(0, 20));
      expect(apart).toBeGreaterThan(1e-6);
      expect(apart).toBeLessThan(0.05);
    });

    test("ranks that make five steps alone end with one copy of the weights, and learn", async () => {
      const all = await steps(3, "23", "training.localSteps=5");
      expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
      expect(new Set(all.map(({ losses }) => losses.join())).size).toBe(1);
      const { losses } = all[0] as Steps;
      expect(losses.at(-1)).toBeLessThan((losses[0] as number) * 0.8);
    });
  });
});
