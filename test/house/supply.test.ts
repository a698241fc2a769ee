/** What installing runs: nothing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../..", name), "utf8");

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly hasInstallScript?: boolean; readonly dev?: boolean }>
  >;
}

/** Packages that bring an install script, and why Heed does without it; those of development are marked. */
const known = {
  koffi: "its library comes built in packages of its own",
  "onnxruntime-node": "it would fetch libraries for CUDA; those for the CPU are in the package",
  protobufjs: "it only warns of version ranges",
  "esbuild (development)": "it checks the program that comes in a package of its own",
  "protobufjs (development)": "as above",
} as const;

test("every install script in the lockfile is a known one", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as Lock;
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = withScript.map(
    ([path, { dev }]) => `${path.split("node_modules/").at(-1)}${dev ? " (development)" : ""}`,
  );
  expect([...new Set(names)].sort()).toEqual(Object.keys(known).sort());
});

test("none is run in this repository, whose tests pass without", () => {
  expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
});
