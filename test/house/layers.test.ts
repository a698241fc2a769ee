/** Modules of src/ import each other as layers.ts allows. */
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { foundations, layers, nodeFolders, packages } from "../../layers.ts";
import { findCycle, folderOf, type Import, importsIn, importsOf, modulesOf } from "./imports.ts";

const root = join(import.meta.dirname, "../..");
const src = join(root, "src");
const modules = modulesOf(src);
const imports = importsOf(src);
const show = ({ from, specifier }: Import): string => `${from} imports ${specifier}`;

const folders: Readonly<Record<string, readonly string[] | "*">> = layers;
const packageTable: Readonly<Record<string, readonly string[]>> = packages;
const isNodeOnly = (module: string): boolean =>
  module.endsWith(".node.ts") || nodeFolders.some((folder) => folder === folderOf(module));
const isEntry = (module: string): boolean => /^index(\.node|\.web)?\.ts$/.test(basename(module));

function isAllowed({ from, target }: Import): boolean {
  if (target === undefined || foundations.some((name) => name === target)) return true;
  const [here, there] = [folderOf(from), folderOf(target)];
  if (here === undefined) return isEntry(from);
  const allowed = folders[here] ?? [];
  return here === there || allowed === "*" || (there !== undefined && allowed.includes(there));
}

test("every folder is in the table and every folder of the table exists", () => {
  const existing = new Set(modules.map(folderOf).filter((folder) => folder !== undefined));
  expect([...existing].sort()).toEqual(Object.keys(layers).sort());
});

test("the table itself has no cycle", () => {
  const edges = Object.entries(folders).map(
    ([name, allowed]) => [name, allowed === "*" ? [] : allowed] as const,
  );
  expect(findCycle(new Map(edges))).toBeUndefined();
});

test("folders import only what the table allows them, types included", () => {
  expect(imports.filter((each) => !isAllowed(each)).map(show)).toEqual([]);
});

test("relative imports name a file of src/ that exists, ending in .ts", () => {
  const known = new Set(modules);
  const wrong = imports.filter(({ target }) => target !== undefined && !known.has(target));
  expect(wrong.map(show)).toEqual([]);
});

test("nothing imports a public entry: modules import the module they mean", () => {
  const wrong = imports.filter(({ from, target }) => target && isEntry(target) && !isEntry(from));
  expect(wrong.map(show)).toEqual([]);
});

test("node: modules and *.node.ts are imported only by *.node.ts and by folders that run in Node", () => {
  const wrong = imports.filter(
    ({ from, specifier, isType }) =>
      !isNodeOnly(from) && (specifier.startsWith("node:") || (specifier.endsWith(".node.ts") && !isType)),
  );
  expect(wrong.map(show)).toEqual([]);
});

test("npm packages are imported only by the folders that own them", () => {
  const wrong = imports.filter(({ from, specifier, target }) => {
    if (target !== undefined || specifier.startsWith("node:")) return false;
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    return !packageTable[name]?.includes(folderOf(from) ?? "");
  });
  expect(wrong.map(show)).toEqual([]);
});

/** A node has an op and an op's rules take nodes: the one definition that is of two halves. */
const halves = ["ir/value.ts", "ir/op.ts"];

test("no module imports itself through others, types included", () => {
  const edges = new Map(modules.map((name) => [name, [] as string[]]));
  const isHalf = ({ from, target, isType }: Import): boolean =>
    isType && from === halves[0] && target === halves[1];
  for (const each of imports) if (each.target && !isHalf(each)) edges.get(each.from)?.push(each.target);
  expect(findCycle(edges)).toBeUndefined();
});

describe("the reader of imports", () => {
  test("finds every form, and no other text", () => {
    const text = [
      'import "./effect.ts";',
      'import {\n  one,\n  type Two,\n} from "../ir/op.ts";',
      'import type { Three } from "./three.ts";',
      'export { four } from "./four.ts";',
      'export * from "./five.ts";',
      'const lazy = await import("zod");',
      '/** import x from "comment" */',
      'export const text = "from";',
    ].join("\n");
    const found = importsIn("ops/here.ts", text);
    expect(found.map(({ specifier }) => specifier)).toEqual([
      "./effect.ts",
      "../ir/op.ts",
      "./three.ts",
      "./four.ts",
      "./five.ts",
      "zod",
    ]);
    expect(found.map(({ target }) => target)).toEqual([
      "ops/effect.ts",
      "ir/op.ts",
      "ops/three.ts",
      "ops/four.ts",
      "ops/five.ts",
      undefined,
    ]);
    expect(found.filter(({ isType }) => isType).map(({ specifier }) => specifier)).toEqual(["./three.ts"]);
    expect(found.filter(({ isDynamic }) => isDynamic).map(({ specifier }) => specifier)).toEqual(["zod"]);
  });

  test("finds a cycle and names its modules", () => {
    const edges = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(findCycle(edges)).toEqual(["b", "d", "b"]);
  });
});
