/** Training that begins with another run: its model, weights and vocabularies, some of them frozen, one side learnt anew. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/formats/safetensors.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import { folder, heed, tsv } from "../cli/heed.ts";

const { path, write } = folder();
const at = (name: string): string => join(path, name);
const lines = tsv.trim().split("\n");
const model = "model: { layers: 1, dModel: 16, heads: 2, feedForward: 16, norm: pre }\n";
const words = "tokenizer: { kind: word, vocab: 60 }\n";
const training = (more = ""): string =>
  `training: { batchTokens: 60, steps: 4, learningRate: 0.01, warmup: 1, schedule: constant, average: 0${more} }\n`;
const pairs = (file: string): string => `data: { train: { pairs: ${file} }, valid: { pairs: ${file} } }\n`;
const labelled = (file: string): string =>
  `task: classify\ndata: { train: { labelled: ${file} }, valid: { labelled: ${file} } }\n`;
const all = write("all.tsv", tsv);
const some = write("some.tsv", `${lines.slice(0, 12).join("\n")}\nzebra\tzèbre\n`);
const even = write(
  "even.tsv",
  lines.map((line, i) => `${i % 2 ? "odd" : "even"}\t${line.split("\t")[0]}`).join("\n"),
);
const three = write("three.tsv", lines.map((line, i) => `${i % 3}\t${line.split("\t")[0]}`).join("\n"));

const train = (config: string, run: string, ...more: string[]) =>
  heed(["train", write(`${run}.yaml`, config), "--run", at(run), ...more]);
async function trained(config: string, run: string, ...more: string[]): Promise<string> {
  const { status, stderr } = await train(config, run, ...more);
  expect(status, stderr).toBe(0);
  return stderr;
}
const weightsOf = (run: string) => openRun(at(run)).weights;
const row = (run: string, table: string, id = Number.NaN): Float32Array => {
  const { data } = weightsOf(run).get(table) as { data: Float32Array };
  return data.slice(16 * id, 16 * id + 16);
};

beforeAll(async () => {
  await trained(pairs(all) + words + model + training(), "base");
});

describe("a translator that begins with another", () => {
  test("has its model, weights and vocabularies, and keeps what is frozen to the bit", async () => {
    const said = await trained(
      pairs(some) + training(", freeze: [encoder, decoder.*.feedForward]"),
      "tuned",
      "--from",
      at("base"),
    );
    expect(said).toContain(`begins with ${at("base")}`);
    expect(readFileSync(join(at("tuned"), "tokenizer.json"))).toEqual(
      readFileSync(join(at("base"), "tokenizer.json")),
    );
    const [before, after] = [weightsOf("base"), weightsOf("tuned")];
    const changed = [...after].filter(([name, { data }]) => `${data}` !== `${before.get(name)?.data}`);
    const names = changed.map(([name]) => name);
    expect(names).toContain("embed.weight");
    expect(names).toContain("decoder.0.cross.query.weight");
    expect(names.filter((name) => /^encoder\.|decoder\.0\.feedForward\./.test(name))).toEqual([]);
  });

  test("begins at its loss, far below that of random weights", async () => {
    const first = (run: string): number =>
      JSON.parse(readFileSync(join(at(run), "metrics.jsonl"), "utf8").split("\n")[0] ?? "").loss;
    await trained(pairs(all) + training(), "again", "--from", at("base"));
    expect(first("again")).toBeLessThan(first("base") - 0.3);
  });

  test("goes on after a stop with the same configuration, without the other run", async () => {
    const config = pairs(some) + training();
    await trained(config, "longer", "--from", at("base"), "--set", "training.steps=2");
    await trained(config, "longer", "--from", at("nowhere"), "--resume");
  }, 60_000);

  test("takes the vectors of pieces that the new vocabulary shares, on the side that is learnt anew", async () => {
    const said = await trained(
      pairs(some) + words + training(", newVocabulary: target, freeze: [embed, sourceEmbed]"),
      "french",
      "--from",
      at("base"),
    );
    const [base, french] = [openRun(at("base")), openRun(at("french"))];
    if (base.task !== "translate" || french.task !== "translate") throw new Error("translators");
    const { source, target } = french.tokenizers;
    expect(source.toJSON()).toEqual(base.tokenizers.source.toJSON());
    expect(target.id("▁zèbre")).toBeDefined();
    expect(base.tokenizers.target.id("▁zèbre")).toBeUndefined();
    expect(row("french", "embed.weight", target.id("▁chat"))).toEqual(
      row("base", "embed.weight", base.tokenizers.target.id("▁chat")),
    );
    expect(french.weights.get("sourceEmbed.weight")).toEqual(base.weights.get("embed.weight"));
    expect(said).toMatch(/embed\.weight: \d+ of \d+ entries are known/);
    expect(existsSync(join(at("french"), "tokenizer.target.json"))).toBe(true);
  });

  test.each([
    ["a model that differs", ["--set", "model.dModel=32"], "model.dModel is 16, not 32"],
    ["a key of the model that it lacks", ["--set", "model.normKind=rms"], "model.normKind is unset, not rms"],
    [
      "a pattern that freezes nothing",
      ["--set", "training.freeze=[encodr]"],
      'no weight matches "encodr"; weights begin with embed',
    ],
    ["freezing everything", ["--set", "training.freeze=['**']"], "every weight is frozen"],
  ])("refuses %s in one line, and leaves nothing behind", async (_, options, said) => {
    const { status, stderr } = await train(
      pairs(some) + training(),
      "refused",
      "--from",
      at("base"),
      ...options,
    );
    expect(status).toBe(78);
    expect(stderr.trim().split("\n").at(-1)).toContain(said);
    expect(existsSync(join(at("refused"), "model.safetensors"))).toBe(false);
  });

  test("refuses what is no run, another task, and a new vocabulary beside nothing", async () => {
    expect((await train(pairs(some) + training(), "x", "--from", path)).status).toBe(66);
    const other = await train(labelled(even) + training(), "x", "--from", at("base"));
    expect([other.status, other.stderr]).toEqual([78, expect.stringContaining("it is a translator")]);
    const vain = await train(pairs(some) + training(", newVocabulary: source"), "x");
    expect([vain.status, vain.stderr]).toEqual([
      78,
      expect.stringContaining('no effect without "training.from"'),
    ]);
  });
});

describe("changes of low rank", () => {
  const lora = ', lora: { rank: 2, alpha: 4, on: ["**.query", "**.value"] }';

  test("alone are learnt; the run's model has them in its weights, and they are beside it", async () => {
    await trained(pairs(some) + training(lora), "low", "--from", at("base"));
    const [before, after] = [weightsOf("base"), weightsOf("low")];
    const changed = [...after].filter(([name, { data }]) => `${data}` !== `${before.get(name)?.data}`);
    expect(changed.map(([name]) => name).sort()).toEqual([
      "decoder.0.attention.query.weight",
      "decoder.0.attention.value.weight",
      "decoder.0.cross.query.weight",
      "decoder.0.cross.value.weight",
      "encoder.0.attention.query.weight",
      "encoder.0.attention.value.weight",
    ]);
    const adapter = decodeSafetensors(readFileSync(join(at("low"), "adapter.safetensors")), "adapter");
    expect(adapter.size).toBe(12);
    const at0 = "decoder.0.cross.query.weight";
    const [down, up] = ["loraA", "loraB"].map((name) => adapter.get(`${at0}.${name}`)?.data as Float32Array);
    const [was, is] = [before, after].map((weights) => weights.get(at0)?.data as Float32Array);
    for (let row = 0; row < 16; row++)
      for (let column = 0; column < 16; column++) {
        const change =
          (up?.[2 * row] ?? 0) * (down?.[column] ?? 0) +
          (up?.[2 * row + 1] ?? 0) * (down?.[16 + column] ?? 0);
        expect(is?.[16 * row + column]).toBeCloseTo((was?.[16 * row + column] ?? 0) + 2 * change, 5);
      }
    expect((await heed(["translate", at("low")], `${lines[0]?.split("\t")[0]}\n`)).stdout.trim()).not.toBe(
      "",
    );
  });

  test("go on after a stop to the same weights", async () => {
    const config = pairs(some) + training(lora);
    await trained(config, "halves", "--from", at("base"), "--set", "training.steps=2");
    await trained(config, "halves", "--from", at("base"), "--resume");
    expect(weightsOf("halves")).toEqual(weightsOf("low"));
  });

  test("need a run to change, and matrices that are there", async () => {
    const vain = await train(pairs(some) + training(lora), "x");
    expect([vain.status, vain.stderr]).toEqual([
      78,
      expect.stringContaining('no effect without "training.from"'),
    ]);
    const both = await train(pairs(some) + training(`${lora}, freeze: [embed]`), "x", "--from", at("base"));
    expect([both.status, both.stderr]).toEqual([
      78,
      expect.stringContaining('"training.freeze" has no effect'),
    ]);
    const none = await train(
      pairs(some) + training(', lora: { on: ["**.keys"] }'),
      "x",
      "--from",
      at("base"),
    );
    expect([none.status, none.stderr]).toEqual([78, expect.stringContaining('no matrix matches "**.keys"')]);
  });
});

test("a classifier takes other labels: only their weights are new", async () => {
  await trained(labelled(even) + words + model + training(), "parity");
  const said = await trained(
    labelled(three) + training(", freeze: [embed, encoder, norm]"),
    "thirds",
    "--from",
    at("parity"),
  );
  expect(said).toContain("the labels are others: their weights are new");
  const [before, after] = [weightsOf("parity"), weightsOf("thirds")];
  expect(after.get("project")?.shape).toEqual([3, 16]);
  expect(after.get("encoder.0.feedForward.inner.weight")).toEqual(
    before.get("encoder.0.feedForward.inner.weight"),
  );
});
