/** A folder appears whole or not at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFolder } from "../../src/formats/folder.node.ts";
import { folder } from "../cli/heed.ts";

const { path } = folder();
const files = new Map([
  ["a.json", new TextEncoder().encode("{}")],
  ["onnx/b.onnx", Uint8Array.of(1, 2, 3)],
]);

test("files stand under their paths, in folders that are made", async () => {
  const target = join(path, "deep/er/model");
  await writeFolder(target, files);
  expect(readFileSync(join(target, "a.json"), "utf8")).toBe("{}");
  expect([...readFileSync(join(target, "onnx/b.onnx"))]).toEqual([1, 2, 3]);
  expect(readdirSync(join(path, "deep/er"))).toEqual(["model"]);
});

test("an empty folder is filled", async () => {
  const target = join(path, "empty");
  mkdirSync(target);
  await writeFolder(target, files);
  expect(readdirSync(target).sort()).toEqual(["a.json", "onnx"]);
});

test("what exists stays as it is: exit 73", async () => {
  const target = join(path, "taken");
  mkdirSync(target);
  writeFileSync(join(target, "mine"), "");
  const file = join(path, "file");
  writeFileSync(file, "");
  for (const there of [target, file]) {
    await expect(writeFolder(there, files)).rejects.toThrow(
      expect.objectContaining({
        exit: 73,
        message: `${there}: already exists; choose another directory, or remove it first`,
      }),
    );
  }
  expect(readdirSync(target)).toEqual(["mine"]);
});

test("where nothing can be made: exit 73", async () => {
  const file = join(path, "no-folder");
  writeFileSync(file, "");
  await expect(writeFolder(join(file, "model"), files)).rejects.toThrow(
    expect.objectContaining({ exit: 73 }),
  );
});

test("a write that fails leaves nothing behind: exit 74", async () => {
  const target = join(path, "alone", "half");
  const clash = new Map([...files, ["a.json/c", Uint8Array.of(1)]]);
  await expect(writeFolder(target, clash)).rejects.toThrow(expect.objectContaining({ exit: 74 }));
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(join(path, "alone"))).toEqual([]);
});
