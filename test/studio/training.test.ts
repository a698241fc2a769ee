/** What the page's worker does when it trains, on Node's engine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openGenerator } from "../../src/decoding/generator.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { exported } from "../../studio/src/model/hugging-face.ts";
import { openTraining } from "../../studio/src/model/train.ts";
import type { Saved, TrainingEvent } from "../../studio/src/model/training-history.ts";
import { firstSetup, isExportable, type Setup } from "../../studio/src/model/training-setup.ts";

const engine = await openEngine("cpu");
const folder = mkdtempSync(join(tmpdir(), "heed-studio-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ten numbers, counted in both languages in every order of two. */
const [english, french] = [
  "one two three four five six seven eight nine ten".split(" "),
  "un deux trois quatre cinq six sept huit neuf dix".split(" "),
];
const pairs = english
  .flatMap((a, i) => english.map((b, j) => `${a} ${b}\t${french[j]} ${french[i]}`))
  .join("\n");
const setup: Setup = {
  ...firstSetup,
  corpus: "pairs",
  own: pairs,
  size: "tiny",
  steps: 40,
  sentence: "six seven",
};

interface Trained {
  readonly saved: Saved;
  readonly events: readonly TrainingEvent[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Trains, and pauses after the updates of `pauseAt`. */
async function trained(
  chosen: Setup,
  { from, pauseAt }: { from?: Saved; pauseAt?: number } = {},
): Promise<Trained> {
  const events: TrainingEvent[] = [];
  let saved: Saved | undefined;
  const training = await openTraining({
    engine,
    setup: chosen,
    saved: from,
    tell: (event) => {
      events.push(event);
      if (event.kind === "update" && event.update.step === pauseAt) training.pause();
    },
    save: async (now) => {
      saved = structuredClone(now);
    },
  });
  await training.run();
  const files = await training.files();
  training.close();
  return { saved: saved as Saved, events, files };
}

test("a training that was broken off goes on to the same weights", async () => {
  const whole = await trained(setup);
  const half = await trained(setup, { pauseAt: 17 });
  expect(half.saved.position.step).toBe(17);
  const rest = await trained(setup, { from: half.saved });
  expect(rest.saved.weights).toEqual(whole.saved.weights);
  expect(rest.saved.moments).toEqual(whole.saved.moments);
  const losses = ({ saved }: Trained) => saved.history.updates.map(({ loss }) => loss);
  expect(losses(rest)).toEqual(losses(whole));
  expect(rest.saved.history.validations).toEqual(whole.saved.history.validations);
});

test("the loss falls, and every watched sentence is seen with the attention of all heads", async () => {
  const { saved, events } = await trained(setup);
  const { updates, snapshots } = saved.history;
  expect(updates.at(-1)?.loss).toBeLessThan(0.7 * (updates[0]?.loss ?? 0));
  const last = snapshots.at(-1);
  expect(last?.step).toBe(40);
  expect(last?.sights).toHaveLength(5);
  for (const { columns, rows, heads } of last?.sights ?? []) {
    expect(heads.map(({ name }) => name)).toHaveLength(8);
    for (const { weights } of heads) {
      for (let row = 0; row < rows.length; row++) {
        const sum = weights
          .subarray(row * columns.length, (row + 1) * columns.length)
          .reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(1, 5);
      }
    }
  }
  expect(events.filter(({ kind }) => kind === "snapshot")).toHaveLength(snapshots.length);
});

test("its files are a run directory", async () => {
  const { files } = await trained({ ...setup, rung: "attention", steps: 20 });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const run = openRunOf(folder, "translate");
  const { maxLength } = run.config.model;
  const translator = await openTranslator({ engine, ...run, ...run.tokenizers, maxLength });
  const [translation] = await translator.translate(["six seven"]);
  translator.close();
  expect(translation?.hypotheses).toHaveLength(1);
  expect(JSON.parse(Buffer.from(files.get("result.json") as Uint8Array).toString())).toMatchObject({
    steps: 20,
  });
});

test("a Transformer is exported for transformers.js, one without a part is not", async () => {
  const { files } = await trained({ ...setup, steps: 2 });
  expect([...exported(files).keys()]).toEqual(
    expect.arrayContaining(["config.json", "tokenizer.json", "onnx/decoder_model_merged.onnx"]),
  );
  const ablated: Setup = { ...setup, steps: 2, without: ["scale"] };
  expect(isExportable(ablated)).toBe(false);
  const { files: others } = await trained(ablated);
  expect(() => exported(others)).toThrow("lacks parts (scale)");
});

test("a text is learned: a language model goes on with it in Node as in the page", async () => {
  const own = Array.from(
    { length: 60 },
    (_, i) => `the ${["cat", "dog", "hen", "fox"][i % 4]} sees the small house .`,
  ).join("\n");
  const chosen: Setup = { ...setup, corpus: "text", own, sentence: "the cat sees", steps: 40 };
  const { files, saved } = await trained(chosen);
  const { updates, validations, snapshots } = saved.history;
  expect(updates.at(-1)?.loss).toBeLessThan(0.7 * (updates[0]?.loss ?? 0));
  expect(validations.at(-1)?.perplexity).toBeCloseTo(Math.exp(validations.at(-1)?.loss ?? 0), 3);
  const [mine, ...others] = snapshots.at(-1)?.sights ?? [];
  expect(others).toHaveLength(4);
  expect(mine?.heads.map(({ name }) => name)).toContain("layer 2, head 4");
  const seen = mine?.columns.filter((token) => token !== "</s>").join("");
  expect(seen?.replaceAll("▁", " ").trim()).toBe(`the cat sees ${mine?.translation}`.trim());
  const folder = mkdtempSync(join(tmpdir(), "heed-studio-text-"));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const { config, model, tokenizer, weights } = openRunOf(folder, "generate");
  const generator = await openGenerator({ engine, model, weights, context: config.data.context });
  const prompt = tokenizer.encode("the cat sees").slice(0, -1);
  const [found] = await generator.search([[...prompt]], { tokens: 16, beam: 1 });
  generator.close();
  rmSync(folder, { recursive: true });
  const [line = ""] = tokenizer.decode(found?.[0]?.ids ?? []).split("\n");
  expect(line.startsWith(mine?.translation ?? "-")).toBe(true);
});

test("links of the phrasebook can be taught to a head; a summary has no heads to see", async () => {
  const guided = await trained({ ...firstSetup, size: "tiny", steps: 3, guided: true }, { pauseAt: 1 });
  expect(guided.saved.history.updates[0]?.alignmentLoss).toBeGreaterThan(0);
  expect(guided.saved.history.snapshots[0]?.sights[0]?.gold.length).toBeGreaterThan(2);
  const summary = await trained({ ...setup, rung: "lstm", steps: 3 });
  expect(summary.saved.history.snapshots[0]?.sights[0]?.heads).toEqual([]);
});
