/** Imported runs at the command line: the other commands open them. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heed } from "../cli/heed.ts";
import { decodeFloats, type Encoded } from "../golden-floats.ts";
import { expectedOf, folderOf, temporary } from "./imported.ts";

const root = temporary();
const run = (name: string): string => join(root, name);
const names = ["t5", "gpt2", "bert", "bert-encoder"];
const said = new Map<string, string>();

beforeAll(async () => {
  for (const name of names) {
    const { status, stderr } = await heed(["import", folderOf(name), "--to", run(name)]);
    expect(status, stderr).toBe(0);
    said.set(name, stderr);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

const [text = ""] = expectedOf("t5").inputs;

test("import says what came in and how to try it", async () => {
  expect(said.get("t5")).toBe(
    `${run("t5")}: a translator of kind t5 with 2,632 parameters\ntry it: echo "a sentence" | heed translate ${run("t5")}\n`,
  );
  expect(said.get("bert-encoder")).toContain(`an encoder of kind bert with`);
  expect(said.get("bert-encoder")).toContain(`| heed embed ${run("bert-encoder")}`);
  const { stdout } = await heed(["import", folderOf("bert"), "--to", run("again"), "--json"]);
  const { kind, task, ...others } = JSON.parse(stdout);
  expect({ kind, task, keys: Object.keys(others) }).toEqual({
    ...{ kind: "bert", task: "classify" },
    keys: ["run", "parameters"],
  });
});

test("translate writes Python's text, from a beam of as many as the model's makers chose", async () => {
  const { stdout, stderr } = await heed(["translate", run("t5")], `${text}\n`);
  // Python was asked for twelve tokens.
  expect(stdout.slice(0, expectedOf("t5").text?.[0]?.length), stderr).toBe(expectedOf("t5").text?.[0]);
});

test("generate goes on as Python does, after a prompt with line breaks, too", async () => {
  const { inputs, generated } = expectedOf("gpt2");
  const prompt = inputs[0] ?? "";
  const { stdout } = await heed([
    "generate",
    run("gpt2"),
    "--prompt",
    `${prompt}\nthe`,
    "--tokens",
    "3",
    "--json",
  ]);
  expect(JSON.parse(stdout).text.startsWith(`${prompt}\nthe`)).toBe(true);
  expect(generated?.[0]).toHaveLength(12);
});

test("classify gives the model's labels, and an encoder without labels says what it is for", async () => {
  const { stdout } = await heed(["classify", run("bert"), "--json"], `${text}\n`);
  const { probabilities } = JSON.parse(stdout);
  const logits = [...decodeFloats(expectedOf("bert").logits as Encoded).data.slice(0, 3)].map(Math.exp);
  const total = logits.reduce((sum, one) => sum + one, 0);
  for (const [i, label] of ["poor", "fair", "good"].entries())
    expect(probabilities[label]).toBeCloseTo((logits[i] as number) / total, 4);
  const { status, stderr } = await heed(["classify", run("bert-encoder")], `${text}\n`);
  expect([status, stderr]).toEqual([
    66,
    `heed: error: ${run("bert-encoder")}: this run is an encoder without labels; use \`heed embed\`\n`,
  ]);
});

describe("embed", () => {
  test("writes a vector of length 1 for each line, and an empty line for a blank one", async () => {
    const { stdout } = await heed(["embed", run("bert-encoder")], `${text}\n\n${text}\n`);
    const [first = "", blank, again, ...rest] = stdout.split("\n");
    expect([blank, again, rest]).toEqual(["", first, [""]]);
    const vector: number[] = JSON.parse(first);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  test("with --json, text and vector", async () => {
    const { stdout } = await heed(["embed", run("bert"), "--json"], `${text}\n`);
    expect(Object.keys(JSON.parse(stdout))).toEqual(["text", "vector"]);
  });

  test("refuses a run that is not an encoder: exit 66", async () => {
    expect((await heed(["embed", run("t5")], text)).status).toBe(66);
  });
});

test.each(["t5", "gpt2", "bert"])("inspect draws an imported model, %s", async (name) => {
  const out = join(root, `${name}.svg`);
  const { status, stderr } = await heed(["inspect", run(name), "--text", text, "--out", out]);
  expect([status, existsSync(out)], stderr).toEqual([0, true]);
});

test("a token that every text must begin with comes first, and settings that are not kept are named", async () => {
  const folder = join(root, "forced");
  cpSync(folderOf("bart"), folder, { recursive: true });
  const file = join(folder, "generation_config.json");
  const settings = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...settings, forced_bos_token_id: 0, no_repeat_ngram_size: 3 }));
  const imported = await heed(["import", folder, "--to", run("forced-run")]);
  expect(imported.stderr).toContain(
    `${file}: no_repeat_ngram_size is not followed; see the options of heed translate`,
  );
  const { stdout, stderr } = await heed(["translate", run("forced-run"), "--json"], `${text}\n`);
  expect(JSON.parse(stdout).hypotheses[0].tokens[0], stderr).toBe("<s>");
});

test("an imported configuration has nothing to train on", async () => {
  const { status, stderr } = await heed(["train", join(run("t5"), "config.yaml"), "--run", run("trained")]);
  expect([status, stderr.includes("imported")], stderr).toEqual([66, true]);
});
