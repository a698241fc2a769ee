/** What a folder that is dropped or picked turns out to be. */
import { expect, test } from "vitest";
import { folderAt, textIn } from "../../studio/src/model/files.ts";
import { givenIn, placesIn } from "../../studio/src/model/given.ts";

const tree = (...paths: string[]) => ({
  name: "mine",
  files: new Map(paths.map((path) => [path, new Blob([path])])),
});
const log = (run: string): string[] => [
  `${run}/config.yaml`,
  `${run}/metrics.jsonl`,
  `${run}/model.safetensors`,
];

test("a folder with a configuration and weights is a run, whatever else is there", () => {
  const run = tree("config.yaml", "model.safetensors", "old/seed=1/metrics.jsonl");
  expect(givenIn(run)).toEqual({ kind: "run", place: run });
});

test("a folder of `heed export` is opened like a run", () => {
  const folder = tree("config.json", "tokenizer.json", "model.safetensors", "onnx/encoder_model.onnx");
  expect(givenIn(folder)).toEqual({ kind: "run", place: folder });
});

test("a folder that holds runs is a folder of runs, in the order of their names", () => {
  const sweep = tree(
    ...log("heads=10/seed=1"),
    ...log("heads=2/seed=10"),
    ...log("heads=2/seed=9"),
    "notes.md",
  );
  const found = givenIn(sweep);
  expect(found.kind).toBe("runs");
  expect(placesIn(sweep).map(({ name }) => name)).toEqual([
    "heads=2/seed=9",
    "heads=2/seed=10",
    "heads=10/seed=1",
  ]);
});

test("a run has what is below it, and is not looked for runs; hidden folders are not looked into", () => {
  const [run, ...others] = placesIn(
    tree(
      "a/result.json",
      "a/checkpoints/step-1/model.safetensors",
      "a/inner/metrics.jsonl",
      ".git/metrics.jsonl",
    ),
  );
  expect([run?.name, [...(run?.files.keys() ?? [])], others]).toEqual([
    "a",
    ["result.json", "checkpoints/step-1/model.safetensors", "inner/metrics.jsonl"],
    [],
  ]);
});

test("a training that has no weights yet is a run to compare", () => {
  expect(givenIn(tree("config.yaml", "metrics.jsonl"))).toMatchObject({
    kind: "runs",
    places: [{ name: "mine" }],
  });
});

test.each([
  ["empty", []],
  ["other", ["notes.md", "photos/cat.png"]],
  ["other", ["model.safetensors"]],
])("anything else is named: %s", (kind, paths) => {
  expect(givenIn(tree(...paths))).toEqual({ kind, name: "mine" });
});

test("a model whose weights may run code is named with their file", () => {
  const pickled = tree("config.json", "tokenizer.json", "pytorch_model.bin");
  expect(givenIn(pickled)).toEqual({ kind: "unsafe", name: "mine/pytorch_model.bin" });
});

test("a folder is read only as far as a model needs it", async () => {
  const run = tree("config.yaml", "metrics.jsonl", "checkpoints/step-00000020/model.safetensors");
  const folder = await folderAt(run);
  expect([folder.name, [...folder.files.keys()]]).toEqual(["mine", ["config.yaml"]]);
  expect(folder.checkpoints?.map(({ step }) => step)).toEqual([20]);
  expect(await textIn(run, "metrics.jsonl")).toBe("metrics.jsonl");
  expect(await textIn(run, "result.json")).toBeUndefined();
});
