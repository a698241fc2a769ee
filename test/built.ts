/** Heed as it is built, for the tests that start processes of their own. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
/** Inside the repository, so that it finds the dependencies that are installed here. */
const folder = join(root, ".house", "built");
/** What src/ was built into. */
export const dist = join(folder, "dist");
/** The command line. */
export const bin = join(dist, "cli/bin.cjs");

/** Vitest's global setup: builds what is older than its sources, once before all tests. Types are not its concern. */
export function setup(): void {
  if (existsSync(bin) && builtAt() > newest()) return;
  const fresh = join(root, ".house", `built-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const out = ["--noCheck", "--declaration", "false", "--outDir", join(fresh, "dist")];
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), ...out]);
  cpSync(join(root, "package.json"), join(fresh, "package.json"));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

const builtAt = (): number => statSync(join(folder, "package.json")).mtimeMs;

/** When a source was last written, or a folder of them last gained or lost one. */
function newest(): number {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const paths = ["src", "package.json", "tsconfig.json", "tsconfig.build.json"];
  const all = [...paths, ...sources.map((name) => join("src", name))];
  return Math.max(...all.map((path) => statSync(join(root, path)).mtimeMs));
}
