import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { leafName } from "../../src/ir/leaf.ts";
import { ops } from "../../src/ops/index.ts";
import { samples } from "./samples.ts";

const root = new URL("../../src/", import.meta.url);
const sources = [...readdirSync(new URL("ops/", root)).map((file) => `ops/${file}`), "ir/leaf.ts"];

test("every op record in the sources is in the table of ops, under its own name", async () => {
  const records: unknown[] = [];
  for (const file of sources) {
    const text = readFileSync(new URL(file, root), "utf8");
    const module: Record<string, unknown> = await import(new URL(file, root).href);
    for (const [, name = ""] of text.matchAll(/^(?:export )?const (\w+Op)\b/gm)) {
      expect(module, `${file} exports ${name}`).toHaveProperty(name);
      records.push(module[name]);
    }
  }
  expect(new Set(Object.values(ops))).toEqual(new Set(records));
  for (const [name, op] of Object.entries(ops)) expect(op.name).toBe(name);
});

test("every op has a sample that uses it", () => {
  for (const [name, list] of Object.entries(samples)) expect(list.length, name).toBeGreaterThan(0);
});

test("only inputs and parameters have a name of their own", () => {
  const [sample] = samples.constant;
  expect(leafName(sample?.call() as never)).toBeUndefined();
});
