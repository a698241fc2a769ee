/** A model folder opens where a run does, without an import: as the run that an import of it is. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directoryFiles } from "../../src/runs/files.node.ts";
import { assembleModelFolder } from "../../src/runs/model-folder.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import type { OpenedRun } from "../../src/runs/open-run.ts";
import { heed } from "../cli/heed.ts";
import { expectedOf, folderOf, imported, temporary } from "./imported.ts";

const root = temporary();
afterAll(() => rmSync(root, { recursive: true }));

const weightsOf = (folder: string): string => join(folder, "model.safetensors");

/** Opens a folder as a page does, from what it read of it. */
const openInPage = (folder: string): OpenedRun =>
  assembleModelFolder(readFileSync(weightsOf(folder)), directoryFiles(folder));

/** The vocabularies of a run, as they are written. */
const vocabularies = (run: OpenedRun): unknown =>
  (run.task === "translate" ? [run.tokenizers.source, run.tokenizers.target] : [run.tokenizer]).map(
    (tokenizer) => [tokenizer.size, tokenizer.special, tokenizer.toJSON()],
  );

const names = readdirSync(folderOf("."), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(names)("%s", (name) => {
  const expected = imported(name);

  test.each<readonly [string, (folder: string) => OpenedRun]>([
    ["in Node", openRun],
    // In a page the weights are one file.
    ...(existsSync(weightsOf(folderOf(name))) ? [["in a page", openInPage] as const] : []),
  ])("opened %s, it is the run that its import is", (_, open) => {
    const run = open(folderOf(name));
    expect([run.task, run.config]).toEqual([expected.task, expected.config]);
    expect(vocabularies(run)).toEqual(vocabularies(expected));
    if ("labels" in expected) expect(run).toMatchObject({ labels: expected.labels });
    expect([...run.weights.keys()].toSorted()).toEqual([...expected.weights.keys()].toSorted());
    for (const [path, tensor] of expected.weights) expect(run.weights.get(path), path).toEqual(tensor);
  });
});

describe("at the command line", () => {
  const run = (name: string): string => join(root, name);
  beforeAll(async () => {
    for (const name of ["t5", "marian", "gpt2", "bert-encoder"]) {
      const { status, stderr } = await heed(["import", folderOf(name), "--to", run(name)]);
      expect(status, stderr).toBe(0);
    }
  });

  test.each<[string, string, string[]]>([
    ["translate", "t5", []],
    ["translate", "marian", ["--json"]],
    ["generate", "gpt2", ["--prompt", "the", "--tokens", "5", "--seed", "1"]],
    ["embed", "bert-encoder", []],
  ])("heed %s writes for %s what it writes after an import", async (command, name, more) => {
    const input = `${expectedOf(name).inputs[0]}\n`;
    const [before, after] = [
      await heed([command, run(name), ...more], input),
      await heed([command, folderOf(name), ...more], input),
    ];
    expect([after.status, after.stdout], after.stderr).toEqual([0, before.stdout]);
    expect(after.stdout.trim()).not.toBe("");
  });
});
