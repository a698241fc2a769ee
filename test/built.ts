/**
 * What all tests share: Heed and its studio as they are built, for tests that start processes and open pages, and a folder for
 * what is temporary, removed at the end.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "vite";
import { buildLibrary } from "../build-library.ts";
import { absentChromium } from "./page/chromium.ts";

const root = join(import.meta.dirname, "..");
/** Inside the repository, so that it finds the dependencies that are installed here. */
const folder = join(root, ".house", "built");
/** What src/ was built into. */
export const dist = join(folder, "dist");
/** The command line. */
export const bin = join(dist, "cli/bin.cjs");
/** The studio's page. */
export const studioPage = join(root, ".house", "studio");
/** The package as `npm pack` makes it, and what is in it. */
export const archive = join(root, ".house", "packed", "heed.tgz");
export const unpacked = join(root, ".house", "packed", "package");

const settings = [
  ...["package.json", "tsconfig.json", "tsconfig.build.json", "tsconfig.declarations.json"],
  "build-library.ts",
];

/** Vitest's global setup: builds what is older than its sources, once before all tests. Types are not its concern. */
export async function setup({ name }: { readonly name: string }): Promise<() => void> {
  // Workers and the processes they start inherit it.
  const temporary = mkdtempSync(join(tmpdir(), "heed-tests-"));
  process.env.TMPDIR = temporary;
  await builtInto(folder, [...settings, "src"], buildHeed);
  if (name === "slow" && !absentChromium)
    await builtInto(studioPage, [...settings, "src", "studio"], buildStudio);
  if (name === "slow") await builtInto(dirname(archive), [...settings, "src", "studio", ...filesOf()], pack);
  return () => rmSync(temporary, { recursive: true, force: true });
}

function buildHeed(fresh: string): void {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const out = ["--outDir", join(fresh, "dist")];
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), ...out]);
  cpSync(join(root, "package.json"), join(fresh, "package.json"));
}

async function buildStudio(fresh: string): Promise<void> {
  const configFile = join(root, "studio/vite.config.ts");
  await build({ configFile, logLevel: "error", build: { outDir: fresh, emptyOutDir: true } });
}

/** What of the checkout the package lists, beside what is built: names, without those in folders. */
function filesOf(): string[] {
  const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
  return [...new Set(files.map((name) => name.split("/")[0] as string))].filter((name) => name !== "dist");
}

/** Packs what is published, with types and, where it was built, the studio. */
async function pack(fresh: string): Promise<void> {
  const source = join(fresh, "source");
  for (const name of ["package.json", ...filesOf()])
    cpSync(join(root, name), join(source, name), { recursive: true, filter: isPublished });
  await buildLibrary(join(source, "dist"));
  if (existsSync(studioPage)) cpSync(studioPage, join(source, "dist/studio"), { recursive: true });
  const options = ["pack", "--silent", "--ignore-scripts", "--pack-destination", fresh];
  const packed = execFileSync("npm", options, { cwd: source, encoding: "utf8" }).trim();
  renameSync(join(fresh, packed), join(fresh, "heed.tgz"));
  execFileSync("tar", ["-xzf", "heed.tgz"], { cwd: fresh });
  rmSync(source, { recursive: true });
}

/** Not what was installed or built in an example. */
const isPublished = (path: string): boolean => !/\/examples\/page\/(node_modules|dist|public)\b/.test(path);

/** Builds beside `target` and takes its place when it is whole. */
async function builtInto(
  target: string,
  sources: readonly string[],
  make: (fresh: string) => void | Promise<void>,
): Promise<void> {
  if (existsSync(target) && writtenAt(target) > newestOf(sources)) return;
  const fresh = `${target}-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  await make(fresh);
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
}

const writtenAt = (path: string): number => statSync(path).mtimeMs;

/** When a source was last written, or a folder of them last gained or lost one. */
function newestOf(sources: readonly string[]): number {
  const paths = sources.flatMap((name) => {
    const path = join(root, name);
    if (!statSync(path).isDirectory()) return [path];
    const below = readdirSync(path, { recursive: true, encoding: "utf8" });
    return [path, ...below.map((inner) => join(path, inner))];
  });
  return Math.max(...paths.map(writtenAt));
}
