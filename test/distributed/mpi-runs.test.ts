/** `mpirun heed train`: the run of one process, killed, stopped, resumed by another number of ranks, or refused. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bin } from "../built.ts";
import { finished, start } from "../cli/heed.ts";
import { type Launcher, launchers, type Outcome, orphans, runJob, titleOf } from "./mpirun.ts";
import { tsv } from "./uneven.ts";

const folder = mkdtempSync(join(tmpdir(), "ranks-"));
const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const corpus = write("pairs.tsv", tsv);
const configOf = (file: string, more = ""): string => `
data: { train: { pairs: ${file} }, valid: { pairs: ${corpus} } }
tokenizer: { kind: word, vocab: 40 }
model: { layers: 1, dModel: 16, heads: 2, feedForward: 16, dropout: 0.1, norm: pre, maxLength: 16 }
training:
  { batchTokens: 90, steps: 40, epochs: 60, learningRate: 0.01, warmup: 2, schedule: constant, validBleu: 4, validateEvery: 10,
    accumulate: 2, epsilon: 1.0e-4, logEvery: 1${more} }
`;
const config = write("config.yaml", configOf(corpus));
const textOf = (run: string, name: string): string => readFileSync(join(run, name), "latin1");
const lossesOf = (run: string): number[] =>
  textOf(run, "metrics.jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .flatMap(({ kind, loss }) => (kind === "step" ? [loss as number] : []));

/** Trains with two ranks or more. `at` is called once, with the processes by rank, when a line with `when` is printed. */
function train(
  launcher: Launcher,
  run: string,
  {
    ranks = 2,
    args = [],
    env = {},
    when,
    at,
  }: {
    readonly ranks?: number;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly when?: string;
    readonly at?: (processes: readonly number[]) => void;
  } = {},
): Promise<Outcome> {
  let isDone = false;
  return runJob({
    launcher,
    ranks,
    script: [bin, "train", config, "--run", run, ...args],
    env,
    onOutput: (_, errors) => {
      if (isDone || when === undefined || !errors.includes(when)) return;
      isDone = true;
      at?.(Array.from(errors.matchAll(/^rank \d+: process (\d+) on/gm), ([, process]) => Number(process)));
    },
  });
}

describe.each(launchers)("$name", (launcher) => {
  describe.skipIf(launcher.absent)(titleOf(launcher), () => {
    const run = (name: string): string => join(folder, `${launcher.name.replace(" ", "-")}-${name}`);
    const whole = run("whole");
    const killed = run("killed");

    beforeAll(async () => {
      const { status, errors } = await train(launcher, whole);
      expect(status, errors).toBe(0);
      // One line for each rank, then one progress and one result for all.
      expect(errors.match(/^rank \d: process \d+ on \S+$/gm)?.length).toBe(2);
      expect(errors.match(/40 steps in/g)?.length).toBe(1);
      const { status: ended } = await train(launcher, killed, {
        when: "step 20: validation",
        at: ([, second]) => process.kill(second as number, "SIGKILL"),
      });
      expect(ended).not.toBe(0);
      expect(await orphans(killed)).toEqual([]);
      for (const name of ["one", "three"]) cpSync(killed, run(name), { recursive: true });
    });

    test("a job that was killed goes on to the same weights and log, to the bit", async () => {
      const { status, errors } = await train(launcher, killed, { args: ["--resume"] });
      expect(status, errors).toBe(0);
      for (const name of ["model.safetensors", "metrics.jsonl"])
        expect(textOf(killed, name) === textOf(whole, name), name).toBe(true);
    });

    test("timings tell how long numbers travelled", () => {
      for (const line of textOf(whole, "timings.jsonl").trimEnd().split("\n")) {
        const { seconds, reduction } = JSON.parse(line);
        expect(reduction).toBeGreaterThan(0);
        expect(reduction).toBeLessThan(seconds);
      }
    });

    test("three ranks or one go on where two were", async () => {
      const { status, errors } = await train(launcher, run("three"), { ranks: 3, args: ["--resume"] });
      expect(status, errors).toBe(0);
      const alone = await finished(start("train", config, "--run", run("one"), "--resume"));
      expect(alone.status, alone.stderr).toBe(0);
      for (const name of ["one", "three"]) {
        const [losses, same] = [lossesOf(run(name)), lossesOf(whole)];
        expect(losses.length).toBe(40);
        // They drop other places, and so are no longer equal.
        expect(Math.abs((losses[39] as number) - (same[39] as number))).toBeLessThan(0.3);
      }
    });

    test("a signal to one rank stops all after the same update, and the run goes on to the same weights", async () => {
      const stopped = run("stopped");
      const { status, errors } = await train(launcher, stopped, {
        when: "step 10: validation",
        at: ([, second]) => process.kill(second as number, "SIGTERM"),
      });
      expect(status).toBe(143);
      expect(errors).toMatch(/stopped at step 1\d; resume with/);
      const resumed = await train(launcher, stopped, { args: ["--resume"] });
      expect(resumed.status, resumed.errors).toBe(0);
      expect(textOf(stopped, "model.safetensors") === textOf(whole, "model.safetensors")).toBe(true);
    });

    test("a rank that hangs is named, and none is left", async () => {
      const hung = run("hung");
      const { status, errors } = await train(launcher, hung, {
        env: { HEED_MPI_TIMEOUT: "4" },
        when: "step 10: validation",
        at: ([, second]) => process.kill(second as number, "SIGSTOP"),
      });
      expect(status).toBe(76);
      expect(errors).toMatch(/heed: error: rank 0 of 2, .*: rank 1 did not answer in \w+ within 4 s/);
      expect(await orphans(hung)).toEqual([]);
    });

    test("ranks of another configuration or corpus are refused before the first update", async () => {
      const place = (name: string, pairs: string, more = ""): string => {
        mkdirSync(join(folder, name), { recursive: true });
        write(join(name, "pairs.tsv"), pairs);
        return write(join(name, "config.yaml"), configOf("pairs.tsv") + more);
      };
      const differing = async (...configs: string[]): Promise<Outcome> =>
        runJob({ launcher, ranks: 2, script: ["differing.ts", run("refused"), ...configs] });
      const usual = place("usual", tsv);
      const configuration = await differing(usual, place("seed", tsv, "seed: 7\n"));
      expect(configuration.status).toBe(78);
      expect(configuration.errors).toMatch(
        /^heed: error: rank 1: differs from rank 0: configuration \w+ \(rank 0/m,
      );
      const data = await differing(usual, place("longer", `${tsv}one\tone\n`));
      expect(data.status).toBe(78);
      expect(data.errors).toMatch(/^heed: error: rank 1: differs from rank 0: training data \w+ \(rank 0/m);
      expect(data.errors.match(/heed: error/g)?.length).toBe(1);
    });

    test("a loss that is no number ends all ranks with one message", async () => {
      const { status, errors } = await train(launcher, run("diverged"), {
        args: [
          "--set",
          "training.learningRate=100",
          "--set",
          "training.optimizer=sgd",
          "--set",
          "training.clip=0",
        ],
      });
      expect(status, errors).toBe(80);
      expect(errors.match(/heed: error/g)?.length).toBe(1);
    });

    test("what one process does alone is refused in one line", async () => {
      const { status, errors } = await train(launcher, run("statistics"), {
        args: ["--set", "training.statistics=5"],
      });
      expect(status).toBe(78);
      expect(errors).toContain("training.statistics: one process collects them, and this job has 2");
    });
  });
});
