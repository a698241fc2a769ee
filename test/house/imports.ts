import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** One import statement, export-from statement or dynamic import of a module in src/. */
export interface Import {
  /** `ops/softmax.ts`, relative to src/. */
  readonly from: string;
  /** As written: `../ir/op.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** The module of src/ it names, if it is relative. */
  readonly target: string | undefined;
  /** Types alone: nothing is left of it at run time. */
  readonly isType: boolean;
  readonly isDynamic: boolean;
}

const statements = /^(?:import|export)\s+(?<what>type\s)?(?:[^;"']*?\sfrom\s+)?"(?<specifier>[^"]+)"/gm;
const dynamic = /\bimport\(\s*"(?<specifier>[^"]+)"\s*\)(?<what>\.)?/g;

/** The modules of a source folder, relative to it. */
export function modulesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort();
}

/** Every import in the text of one module. */
export function importsIn(from: string, text: string): Import[] {
  const found: Import[] = [];
  for (const [pattern, isDynamic] of [
    [statements, false],
    [dynamic, true],
  ] as const) {
    for (const { groups } of text.matchAll(pattern)) {
      const specifier = groups?.specifier as string;
      const target = specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : undefined;
      found.push({ from, specifier, target, isType: !isDynamic && groups?.what !== undefined, isDynamic });
    }
  }
  return found;
}

/** Every import of every module in a source folder. */
export function importsOf(folder: string): Import[] {
  return modulesOf(folder).flatMap((name) => importsIn(name, readFileSync(join(folder, name), "utf8")));
}

/** The folder of a module: `ops/softmax.ts` -> `ops`; undefined at the top. */
export function folderOf(module: string): string | undefined {
  return module.includes("/") ? module.split("/")[0] : undefined;
}

/** One cycle of modules in a graph of imports, first module repeated at the end; undefined when there is none. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const visit = (module: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(module)) return [...path.slice(path.indexOf(module)), module];
    if (finished.has(module)) return undefined;
    for (const next of edges.get(module) ?? []) {
      const cycle = visit(next, [...path, module]);
      if (cycle) return cycle;
    }
    finished.add(module);
    return undefined;
  };
  for (const module of edges.keys()) {
    const cycle = visit(module, []);
    if (cycle) return cycle;
  }
  return undefined;
}
