/** Numbers of a resumed run whose meaning has changed begin again, or resuming is refused. */
import { describe, expect, test } from "vitest";
import { described, keysAt } from "../../src/config/described.ts";
import { schemaOf, taskNames } from "../../src/config/schema.ts";
import { beginning, NO_DIFFERENCES } from "../../src/runs/beginning.node.ts";
import { type Checkpoint, listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoints.node.ts";
import { differencesSince, fingerprintOf, flatFingerprint, treatmentOf } from "../../src/runs/fingerprint.ts";
import type { SavedState } from "../../src/runs/resumed-checkpoint.node.ts";
import { lengthOfRun } from "../../src/runs/schedule-change.ts";
import type { Learner } from "../../src/tasks/task.ts";
import { START } from "../../src/training/trainer.ts";
import { pairs, tinyConfig } from "../training/tiny.ts";
import {
  bytesOf,
  corpus,
  directory,
  expectSameRun,
  failure,
  linesOf,
  positionIn,
  run,
  set,
  stoppedAfter,
  write,
} from "../training/tiny-runs.ts";

const none = ["training.average=0", ...set];
const resumed = async (
  name: string,
  changed: readonly string[],
  { allowChange = false } = {},
): Promise<{ summary: Awaited<ReturnType<typeof run>>; said: string[] }> => {
  const said: string[] = [];
  const onMessage = (message: string): void => {
    said.push(message);
  };
  const summary = await run(name, { set: [...none, ...changed], resume: true, allowChange, onMessage });
  return { summary, said };
};
const changesIn = (name: string): readonly string[] | undefined =>
  loadCheckpoint<{ changes?: string[] }>(listCheckpoints(directory(name)).at(-1)?.path ?? "").state.changes;

describe("what validations measure", () => {
  const few = write(
    "few.tsv",
    pairs
      .slice(0, 5)
      .map(({ source, target }) => `${source}\t${target}\n`)
      .join(""),
  );

  test("may be BLEU from now on: the best is measured anew, also of a run that has ended", async () => {
    const before = await run("bleu", { set: none });
    const bytes = bytesOf("bleu", "model.safetensors");
    const { summary, said } = await resumed("bleu", ["training.validBleu=4"]);
    expect(said).toContain(
      "training.validBleu was 0 and is 4: the best model is validated again; patience and plateau restart",
    );
    expect(before.valid).not.toHaveProperty("bleu");
    expect(summary).toMatchObject({ steps: before.steps, reason: "finished" });
    expect(summary.valid.bleu).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(bytesOf("bleu", "result.json")).valid).toEqual(summary.valid);
    expect(positionIn("bleu").best).toMatchObject({ score: summary.valid.bleu });
    expect(changesIn("bleu")).toEqual(["training.validBleu was 0 and is 4"]);
    expect(bytesOf("bleu", "model.safetensors")).toHaveLength(bytes.length);
  });

  test("may be another corpus and the first again: the numbers are those of the corpus", async () => {
    const before = await run("corpora", { set: none });
    const bytes = bytesOf("corpora", "model.safetensors");
    const other = await resumed("corpora", [`data.valid.pairs=${few}`]);
    expect(other.said.join("\n")).toMatch(/validCorpus was .* and is .*: the best model is validated again/);
    expect(other.summary.valid.loss).not.toBe(before.valid.loss);
    const again = await resumed("corpora", []);
    expect(again.summary.valid.loss).toBeCloseTo(before.valid.loss, 12);
    expect(bytesOf("corpora", "model.safetensors")).toBe(bytes);
    expect(positionIn("corpora").best?.step).toBe(again.summary.steps);
  });

  test("decides what is best from then on: a score of before is beaten by none of after", async () => {
    // Loss scores below 0, BLEU from 0: without measuring anew, every model would be better than the best or none.
    await stoppedAfter("back", 4, { set: [...none, "training.validBleu=4"] });
    const { summary } = await resumed("back", ["training.validBleu=0", "training.patience=2"]);
    expect(summary.valid).toEqual({ loss: positionIn("back").best?.loss });
    expect(positionIn("back").best?.score).toBe(-summary.valid.loss);
    expect(summary.reason).toBe("finished");
  });

  test("is the same with other label smoothing", async () => {
    await stoppedAfter("smooth", 4, { set: none });
    const { said } = await resumed("smooth", ["training.labelSmoothing=0.3"]);
    expect(said.join("\n")).not.toMatch(/begin/);
  });
});

describe("patience and plateau", () => {
  test("patience begins again when validations come at other times", async () => {
    await stoppedAfter("other times", 4, { set: none });
    const { said } = await resumed("other times", ["training.validateEvery=2"]);
    expect(said).toContain("training.validateEvery was 3 and is 2: patience restarts");
  });

  test("plateau begins again at another rate", async () => {
    const plateau = [
      ...none,
      "training.schedule=plateau",
      "training.learningRate=0.5",
      "training.validateEvery=1",
    ];
    await run("plateau", { set: [...plateau, "training.steps=8"] });
    const { reduction } = positionIn("plateau");
    expect(reduction).toBeLessThan(1);
    const { said } = await resumed("plateau", [...plateau, "training.learningRate=0.1", "training.steps=9"]);
    expect(said).toContain("training.learningRate was 0.5 and is 0.1: plateau restarts");
    expect(linesOf("plateau").findLast(({ kind }) => kind === "step")?.learningRate).toBe(0.1);
  });

  test("a lower rate is said, with the update that has it", async () => {
    await stoppedAfter("lower", 4, { set: none });
    const { said } = await resumed("lower", ["training.learningRate=0.001"]);
    expect(said).toContain("the learning rate of update 5 is 0.00100 instead of 0.0100");
    expect(changesIn("lower")).toEqual(["training.learningRate was 0.01 and is 0.001"]);
  });
});

describe("a cosine", () => {
  const cosine = [...none, "training.schedule=cosine"];
  const rates = (name: string): number[] =>
    linesOf(name).flatMap((line) => (line.kind === "step" ? [line.learningRate as number] : []));
  const onlyLastIsZero = (name: string): void => {
    const all = rates(name);
    expect(all.slice(0, -1).every((rate) => rate > 0)).toBe(true);
    expect(all.at(-1)).toBeCloseTo(0, 12);
  };

  test("interrupted goes on to the bit", async () => {
    await run("cosine", { set: cosine });
    await stoppedAfter("interrupted", 4, { set: cosine });
    await run("interrupted", { set: cosine, resume: true });
    expectSameRun("interrupted", "cosine");
    onlyLastIsZero("interrupted");
  });

  test("of another length is refused, with the leap of the rate", async () => {
    await run("ended", { set: [...cosine, "training.epochs=1"] });
    const before = bytesOf("ended", "metrics.jsonl");
    const error = await failure("ended", { set: cosine, resume: true });
    expect(error).toMatchObject({ code: "ERR_CONFIG", exit: 78 });
    expect(error.message).toMatch(
      /the cosine's length was 3 updates and is \d+; the learning rate of update 4 would be 0\.00\d+ instead of 0\.00; .*--allow-change$/,
    );
    expect(bytesOf("ended", "metrics.jsonl")).toBe(before);
    expect(JSON.parse(bytesOf("ended", "result.json")).steps).toBe(3);
  });

  test("of another length is allowed when asked for: said, recorded, and at rate 0 only at its end", async () => {
    await stoppedAfter("longer", 2, { set: [...cosine, "training.epochs=1"] });
    const { said } = await resumed("longer", ["training.schedule=cosine"], { allowChange: true });
    expect(said.join("\n")).toMatch(/the learning rate of update 3 is 0\.00\d+ instead of /);
    expect(changesIn("longer")).toEqual([
      "training.epochs was 1 and is 3",
      expect.stringMatching(/^the cosine's length was 3 updates and is /),
    ]);
    onlyLastIsZero("longer");
    await run("longer", { set: cosine, resume: true });
  });

  test("with larger batches from some update on ends where the run does", async () => {
    await stoppedAfter("larger", 4, { set: cosine });
    const { summary } = await resumed("larger", ["training.schedule=cosine", "training.batchTokens=90"], {
      allowChange: true,
    });
    expect(summary.reason).toBe("finished");
    onlyLastIsZero("larger");
  });

  test("keeps its length when nothing has changed, though passes of large corpora differ in batches", () => {
    const config = tinyConfig(corpus, "training.schedule=cosine");
    const fingerprint = fingerprintOf(config, { hash: "a", validHash: "b" });
    const position = { ...START, step: 8, epoch: 1, batch: 3 };
    const saved = { step: 8, path: "", state: { position, fingerprint, totalSteps: 10 } };
    const lengthFrom = (now: typeof config): number => {
      const resumed = {
        directory: "run",
        config: now,
        learner: { batchesPerEpoch: 6 } as Learner,
        fingerprint: fingerprintOf(now, { hash: "a", validHash: "b" }),
        allowChange: true,
        say: () => {},
      };
      return beginning(resumed, saved as unknown as Checkpoint<SavedState>, NO_DIFFERENCES).schedule
        .totalSteps;
    };
    expect(lengthFrom(config)).toBe(10);
    expect(lengthFrom(tinyConfig(corpus, "training.schedule=cosine", "training.epochs=3"))).toBe(17);
    expect(lengthFrom(tinyConfig(corpus, "training.schedule=cosine", "training.batchTokens=31"))).toBe(11);
    expect(lengthFrom(tinyConfig(corpus, "training.schedule=cosine", "data.ratio=3"))).toBe(11);
  });

  test.each([
    ["a new run", { epochs: 3, accumulate: 2 }, 5, [0, 0, 0], 9],
    ["a run in its second epoch", { epochs: 3, accumulate: 2 }, 5, [4, 1, 2], 9],
    ["a run of as many updates", { epochs: 3, accumulate: 2, steps: 7 }, 5, [4, 1, 2], 7],
    ["an ended run", { epochs: 3, accumulate: 2 }, 5, [9, 3, 0], 9],
    ["an ended run of fewer epochs", { epochs: 2, accumulate: 2 }, 5, [9, 3, 0], 9],
    ["a run whose batches are fewer now", { epochs: 3, accumulate: 1 }, 2, [8, 1, 4], 10],
  ])("of %s is what was done and what is left", (_, training, batches, [step, epoch, batch], length) => {
    const from = { step: step as number, epoch: epoch as number, batch: batch as number };
    expect(lengthOfRun({ steps: undefined, ...training }, batches, from)).toBe(length);
  });
});

describe("the table of changes", () => {
  test("has a row for every key that a fingerprint can have", () => {
    for (const task of taskNames) {
      for (const key of keysAt(described(schemaOf({ task, model: "transformer" })), ["training"])) {
        const inside = ["batchTokens", "accumulate", "optimizer"].includes(key) ? key : `training.${key}`;
        expect(treatmentOf(inside), key).toBeDefined();
      }
    }
    const config = tinyConfig(corpus);
    for (const path of flatFingerprint(fingerprintOf(config, { hash: "a", validHash: "b" })).keys())
      expect(treatmentOf(path), path).toBeDefined();
  });

  test("does not compare what older checkpoints did not say", () => {
    const now = fingerprintOf(tinyConfig(corpus), { hash: "a", validHash: "b" });
    const { validCorpus: _, training: __, ...older } = now;
    expect(differencesSince(older, now, "run").changes).toEqual([]);
  });

  test.each([
    ["beta1", false, /add --allow-change/],
    ["momentum", true, /its weights depend on that/],
  ])("holds moments to their %s", (key, allowed, message) => {
    const now = fingerprintOf(tinyConfig(corpus), { hash: "a", validHash: "b" });
    const other = fingerprintOf(tinyConfig(corpus, `training.${key}=0.5`), { hash: "a", validHash: "b" });
    expect(() => differencesSince(now, other, "run", allowed)).toThrow(message);
  });
});
