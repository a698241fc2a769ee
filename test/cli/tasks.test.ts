/** Language models and classifiers through the commands. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { errorOf, folder, heed } from "./heed.ts";

const { path, write } = folder();
const training =
  "{ batchTokens: 128, epochs: 40, learningRate: 0.01, warmup: 5, schedule: constant, average: 0 }";
const model = "{ layers: 1, dModel: 32, heads: 2, feedForward: 32, dropout: 0, norm: pre }";

describe("a classifier", () => {
  const run = join(path, "polarity");
  const lines = Array.from(
    { length: 60 },
    (_, i) => `${i % 2 ? "up" : "down"}\t${i % 2 ? "rise" : "fall"} ${i % 9}\n`,
  );
  const data = write("labelled.tsv", lines.join(""));

  beforeAll(async () => {
    const config = write(
      "polarity.yaml",
      `task: classify\ndata: { train: { labelled: ${data} }, valid: { labelled: ${data} } }\ntokenizer: { kind: word, vocab: 40 }\nmodel: ${model}\ntraining: ${training}\n`,
    );
    const trained = await heed(["train", config, "--run", run, "--json"]);
    expect(trained.status, trained.stderr).toBe(0);
    expect(JSON.parse(trained.stdout).valid).toMatchObject({ accuracy: 1, macroF1: 1 });
  });

  test("labels each line, keeps their order, leaves empty ones empty", async () => {
    const { stdout, status } = await heed(["classify", run], "rise 1\n\nfall 2\nrise 8\n");
    expect(status).toBe(0);
    expect(stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["up", "", "down", "up", ""]);
    expect(Number(stdout.split("\n")[0]?.split("\t")[1])).toBeGreaterThan(0.9);
  });

  test("says how many lines were longer than what it reads", async () => {
    const { stdout, stderr } = await heed(["classify", run], `rise 1\n${"fall ".repeat(300)}\n`);
    expect(stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["up", "down", ""]);
    expect(stderr).toBe("heed: 1 line was cut off after 256 tokens\n");
  });

  test("prints the documented object", async () => {
    const { stdout } = await heed(["classify", run, "--json"], "fall 3\n");
    const { text, label, probabilities } = JSON.parse(stdout);
    expect({ text, label }).toEqual({ text: "fall 3", label: "down" });
    expect(Object.keys(probabilities)).toEqual(["down", "up"]);
    expect(probabilities.down + probabilities.up).toBeCloseTo(1, 5);
    const empty = await heed(["classify", run, "--json"], "\n");
    expect(JSON.parse(empty.stdout)).toEqual({ text: "", label: "", probabilities: {} });
  });

  test("is evaluated with a table and as one object", async () => {
    const shown = await heed(["evaluate", run, "--labelled", data]);
    expect(shown.stdout).toMatch(/^accuracy 100\.0 % {3}macro-F1 100\.0\n/);
    expect(shown.stdout).toMatch(/^down {8}30 {7}0 {3}100\.0/m);
    const { stdout } = await heed(["evaluate", run, "--labelled", data, "--json"]);
    const right = { precision: 1, recall: 1, f1: 1 };
    expect(JSON.parse(stdout)).toEqual({
      ...{ sentences: 60, accuracy: 1, macroF1: 1, labels: ["down", "up"], perLabel: [right, right] },
      confusion: [
        [30, 0],
        [0, 30],
      ],
    });
  });

  test("refuses a label it has never seen, and a test set of another kind", async () => {
    const strange = await heed(["evaluate", run, "--labelled", write("strange.tsv", "up\ta\nsideways\tb\n")]);
    expect(strange.status).toBe(65);
    expect(errorOf(strange)).toMatch(
      /strange\.tsv:2: the label "sideways" does not occur in the training data; labels are down, up$/,
    );
    const none = await heed(["evaluate", run, "--pairs", data]);
    expect(none.status).toBe(64);
    const wrong = await heed(["translate", run], "x\n");
    expect(wrong.status).toBe(66);
    expect(errorOf(wrong)).toMatch(/this run is a classifier, not a translator; use `heed classify`$/);
  });
});

describe("a language model", () => {
  const run = join(path, "poem");
  const text = write("poem.txt", "Roses are red,\nviolets are blue.\n\n".repeat(20));

  beforeAll(async () => {
    const config = write(
      "poem.yaml",
      `task: generate\ndata: { train: { text: ${text} }, valid: { text: ${text} }, context: 32 }\ntokenizer: { kind: char, vocab: 300 }\nmodel: ${model}\ntraining: ${training}\n`,
    );
    const trained = await heed(["train", config, "--run", run, "--json"]);
    expect(trained.status, trained.stderr).toBe(0);
    expect(JSON.parse(trained.stdout).valid.perplexity).toBeLessThan(1.3);
  });

  test("goes on with a prompt, lines and all, the same for the same seed", async () => {
    const greedy = await heed([
      "generate",
      run,
      "--prompt",
      "Roses are",
      "--temperature",
      "0",
      "--tokens",
      "30",
    ]);
    expect(greedy.status, greedy.stderr).toBe(0);
    expect(greedy.stdout).toMatch(/^Roses are red,\nviolets are blue\.\n/);
    const [once, again] = await Promise.all(
      [0, 1].map(() => heed(["generate", run, "--seed", "7", "--tokens", "40"])),
    );
    expect(once?.stdout).toBe(again?.stdout);
  });

  test("prints the documented object", async () => {
    const { stdout } = await heed(["generate", run, "--prompt", "violets", "--tokens", "5", "--json"]);
    const { prompt, text: written, tokens } = JSON.parse(stdout);
    expect(prompt).toBe("violets");
    expect(written.startsWith("violets")).toBe(true);
    expect(tokens).toHaveLength(5);
  });

  test("goes on with the likeliest text that a beam finds, repeating nothing when told so", async () => {
    const args = ["generate", run, "--prompt", "Roses are", "--tokens", "30"];
    const searched = await heed([...args, "--beam", "3"]);
    expect(searched.stdout, searched.stderr).toMatch(/^Roses are red,\nviolets are blue\.\n/);
    const varied = await heed([
      ...args.slice(0, 4),
      "--tokens",
      "8",
      "--beam",
      "2",
      "--no-repeat-ngram",
      "1",
      "--json",
    ]);
    const { tokens } = JSON.parse(varied.stdout);
    expect([tokens.length, new Set(tokens).size]).toEqual([8, 8]);
  });

  test("is evaluated by perplexity, per token and per character", async () => {
    const { stdout } = await heed(["evaluate", run, "--text", text, "--json"]);
    const { tokens, loss, perplexity, characters, lossPerCharacter } = JSON.parse(stdout);
    expect(characters).toBe(20 * 34);
    expect(perplexity).toBeCloseTo(Math.exp(loss), 9);
    expect(lossPerCharacter).toBeCloseTo((loss * tokens) / characters, 9);
  });

  test.each([
    ["--tokens", "2.5", "N must be a whole number from 1 to 1000000"],
    ["--tokens", "0", "N must be a whole number from 1 to 1000000"],
    ["--top-k", "1.5", "N must be a whole number from 1 to 1000000"],
    ["--seed", "1.5", "N must be a whole number from 0 to 2147483647"],
    ["--top-p", "1.5", "N must be a number from 0 to 1"],
  ])("refuses %s %s", async (option, value, reason) => {
    const refused = await heed(["generate", run, option, value]);
    expect(refused.status).toBe(64);
    expect(errorOf(refused)).toContain(reason);
  });

  test("shows a prompt without the white space at its end, which the model does not read", async () => {
    const { stdout } = await heed([
      "generate",
      run,
      "--prompt",
      "Roses are ",
      "--temperature",
      "0",
      "--tokens",
      "8",
    ]);
    expect(stdout).toMatch(/^Roses are red,/);
  });

  test("refuses an empty text", async () => {
    const empty = await heed(["evaluate", run, "--text", write("empty.txt", "")]);
    expect(empty.status).toBe(65);
    expect(errorOf(empty)).toMatch(/empty\.txt: there is no text; give a text of at least one line$/);
  });
});
