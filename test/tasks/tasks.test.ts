/** Each task and each kind of model trained on a small thing until it knows it, and interrupted on the way. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { openRun, openRunOf } from "../../src/runs/open-run.node.ts";
import { tinyConfig } from "../training/tiny.ts";
import {
  corpus,
  directory,
  expectSameRun,
  linesOf,
  run,
  stoppedAfter,
  write,
} from "../training/tiny-runs.ts";

const poem = write("poem.txt", "the cat sees the dog\n\nthe dog sees the cat\nso it goes\n".repeat(12));
const labelled = write(
  "labelled.tsv",
  Array.from(
    { length: 60 },
    (_, i) => `${i % 3 ? "plus" : "minus"}\t${i % 3 ? "good" : "bad"} thing ${i % 7}\n`,
  ).join(""),
);

const training =
  "learningRate: 0.01, schedule: constant, warmup: 2, logEvery: 1, average: 0, labelSmoothing: 0";
const configOf = (task: string, data: string, model: string, more: string) =>
  parseConfig(
    `task: ${task}
data: ${data}
tokenizer: { kind: word, vocab: 60 }
model: { ${model} }
training: { ${training}, ${more} }
`,
    "tiny.yaml",
  );

const transformer = "layers: 1, dModel: 16, heads: 2, feedForward: 16, dropout: 0.1, norm: pre";
const lstm = "kind: lstm, layers: 2, dModel: 16, hidden: 16, dropout: 0.1";
const gru = "kind: gru, layers: 1, dModel: 16, hidden: 16, dropout: 0.1";

const reportOf = (name: string): string => readFileSync(join(directory(name), "report.html"), "utf8");

describe.each([
  ["a Transformer", transformer],
  ["an LSTM", lstm],
  ["a GRU", gru],
])("%s", (name, model) => {
  const text = `{ train: { text: ${JSON.stringify(poem)} }, valid: { text: ${JSON.stringify(poem)} }, context: 12 }`;
  const texts = `{ train: { labelled: ${JSON.stringify(labelled)} }, valid: { labelled: ${JSON.stringify(labelled)} } }`;

  test("learns to go on with a text", async () => {
    const config = configOf("generate", text, model, "batchTokens: 48, epochs: 40");
    const { valid } = await run(`${name} generates`, { config });
    const page = reportOf(`${name} generates`);
    expect(page).toContain("Next-token predictions");
    // It knows the poem: nearly everywhere the likeliest word is the one that comes.
    expect((page.match(/<div class="reference">actual:/g) ?? []).length).toBeLessThan(3);
    // What comes first in a window cannot be known.
    expect(valid.perplexity).toBeLessThan(1.6);
    expect(valid.perplexity).toBeCloseTo(Math.exp(valid.loss), 9);
    expect(openRunOf(directory(`${name} generates`), "generate").config).toEqual(config);
  });

  test("learns labels", async () => {
    const config = configOf("classify", texts, model, "batchTokens: 64, epochs: 12");
    const { valid } = await run(`${name} classifies`, { config });
    expect(valid).toEqual({ loss: expect.any(Number), accuracy: 1, macroF1: 1 });
    const page = reportOf(`${name} classifies`);
    expect(page).toMatch(/<th scope="row">minus<\/th><td[^>]*>20<\/td><td[^>]*>0<\/td><td>100\.0</);
    expect(page).toContain("nats per text");
    expect(openRunOf(directory(`${name} classifies`), "classify").labels).toEqual(["minus", "plus"]);
  });

  test.each([
    ["generate", configOf("generate", text, model, "batchTokens: 48, epochs: 3")],
    ["classify", configOf("classify", texts, model, "batchTokens: 64, epochs: 3")],
  ])("ends like an uninterrupted run when it is stopped and resumed: %s", async (task, config) => {
    await run(`${name} ${task} whole`, { config });
    await stoppedAfter(`${name} ${task} stopped`, 4, { config });
    await run(`${name} ${task} stopped`, { config, resume: true });
    expectSameRun(`${name} ${task} stopped`, `${name} ${task} whole`);
  });
});

describe("a recurrent translator", () => {
  const small = ["model.hidden=32", "model.dModel=32", "training.epochs=25", "training.batchTokens=40"];
  const recurrent = (...overrides: string[]) => {
    const text = `
data: { train: { pairs: ${JSON.stringify(corpus)} }, valid: { pairs: ${JSON.stringify(corpus)} } }
tokenizer: { kind: word, vocab: 40 }
model: { kind: gru, layers: 1, dropout: 0, maxLength: 16 }
training: { learningRate: 0.01, warmup: 2, schedule: constant, validBleu: 30, logEvery: 1, validateEvery: 60 }
`;
    const config = parseConfig(text, "tiny.yaml", [...small, ...overrides]);
    if (config.task !== "translate") throw new Error("not a translator");
    return config;
  };

  test.each([
    "model.attention=none",
    "model.attention=additive",
    "model.attention=dot",
    "model.attention=scaled-dot",
    "model.attention=general",
    "model.inputFeeding=true",
  ])("learns the tiny language with %s", async (kind) => {
    const config = recurrent(
      "model.attention=general",
      kind,
      kind.endsWith("none") ? "model.kind=lstm" : "model.kind=gru",
    );
    const { valid } = await run(kind, { config });
    expect(valid.bleu).toBeGreaterThan(95);
    expect(linesOf(kind).some((line) => line.kind === "validation")).toBe(true);
  });

  test("ends like an uninterrupted one when it is stopped and resumed", async () => {
    const config = recurrent("training.epochs=3", "model.dropout=0.2", "model.layers=2");
    await run("recurrent whole", { config });
    await stoppedAfter("recurrent stopped", 3, { config });
    await run("recurrent stopped", { config, resume: true });
    expectSameRun("recurrent stopped", "recurrent whole");
  });
});

test("a run of another task is refused with the command that it is for", async () => {
  await run("translator", { config: tinyConfig(corpus, "training.validBleu=0", "training.steps=1") });
  expect(openRun(directory("translator")).task).toBe("translate");
  expect(() => openRunOf(directory("translator"), "classify")).toThrow(
    /this run is a translator, not a classifier; use `heed translate`$/,
  );
});
