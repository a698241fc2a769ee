/** The packed package, installed in an empty folder as people install it, and README's programs run with it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformWithOxc } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archive, unpacked } from "../built.ts";
import { absentRegistry, shellIn } from "./npm.ts";

const root = join(import.meta.dirname, "../..");
const absent = absentRegistry();
const MB = 1e6;

test("publint and Are The Types Wrong find nothing wrong", () => {
  const run = (name: string, ...args: string[]) =>
    shellIn(root, [join(root, "node_modules/.bin", name), ...args].join(" "));
  const publint = run("publint", "run", archive, "--strict");
  expect(publint.status, publint.stdout + publint.stderr).toBe(0);
  // From CommonJS, Heed is imported with import(): it is ESM alone.
  const attw = run("attw", archive, "--profile", "esm-only", "--format", "ascii");
  expect(attw.status, attw.stdout + attw.stderr).toBe(0);
});

/** Sizes of the packed files, by what they belong to. */
function sizes(): Record<"library" | "studio" | "runtime", number> {
  const names = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).trim().split("\n");
  const sums = { library: 0, studio: 0, runtime: 0 };
  for (const name of names) {
    const isRuntime = /\/ort[-.]/.test(name);
    const part = !name.startsWith("package/dist/studio/") ? "library" : isRuntime ? "runtime" : "studio";
    sums[part] += statSync(join(unpacked, "..", name)).size;
  }
  return sums;
}

test("unpacked, the package has less than 3 MB, beside the studio's page and models", () => {
  const { library, studio } = sizes();
  expect(library).toBeGreaterThan(1 * MB);
  expect(library).toBeLessThan(3 * MB);
  expect(studio).toBeLessThan(5 * MB);
});

describe.skipIf(absent)(`in an empty folder (skipped: ${absent ?? "no"})`, () => {
  let folder: string;
  const heed = (line: string, further = {}) => shellIn(folder, `npx heed ${line}`, further);
  const hasNative = (): boolean => existsSync(join(folder, "node_modules/onnxruntime-node"));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heed-installed-"));
    const { status, stderr } = shellIn(folder, `npm install ${archive} --prefer-offline`);
    // onnxruntime-node is there where its install script could download what it asks for.
    expect(status, stderr).toBe(0);
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ ...JSON.parse(readFileSync(join(folder, "package.json"), "utf8")), type: "module" }),
    );
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const engine = `import { openEngine } from "heed";
    const { description } = await openEngine("auto", { onWarning: console.error });
    console.log(description);`;
  const opened = () => shellIn(folder, `node --input-type=module --eval '${engine}'`);
  const warning =
    "onnxruntime-node is not installed, so this computes in WASM, which is slower; run npm install onnxruntime-node --ignore-scripts";

  test("without onnxruntime-node Heed computes in WASM and says what to run", () => {
    rmSync(join(folder, "node_modules/onnxruntime-node"), { recursive: true, force: true });
    const { status, stdout, stderr } = opened();
    expect({ status, stderr }).toEqual({ status: 0, stderr: `${warning}\n` });
    expect(stdout).toMatch(/^wasm \(onnxruntime-web /);
    const translated = heed(
      `translate ${join(unpacked, "dist/studio/models/phrasebook")} <<< "We see the green car."`,
    );
    if (existsSync(join(unpacked, "dist/studio")))
      expect(translated).toMatchObject({
        stdout: expect.stringContaining("voiture"),
        stderr: `heed: ${warning}\n`,
      });
    const cpu = heed(`translate missing --device cpu <<< ""`);
    expect(cpu.status).not.toBe(0);
  });

  test("a device of onnxruntime-node is refused with the same remedy", () => {
    expect(hasNative()).toBe(false);
    const line = `import { openEngine } from "heed"; await openEngine("cpu").catch((error) => console.log(error.message));`;
    expect(shellIn(folder, `node --input-type=module --eval '${line}'`).stdout).toBe(
      "engine: onnxruntime-node is not installed; run npm install onnxruntime-node --ignore-scripts.\n",
    );
  });

  test("what it says to run is all that native speed takes", { timeout: 300_000 }, () => {
    const command = /run (npm .*)$/.exec(warning)?.[1] ?? "false";
    const { status, stderr } = shellIn(folder, `${command} --prefer-offline`);
    expect(status, stderr).toBe(0);
    expect(opened()).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringMatching(/^cpu \(native /),
    });
  });

  const readme = readFileSync(join(unpacked, "README.md"), "utf8");
  const programs = [...readme.matchAll(/^```ts\n(.*?)^```/gms)]
    .map(([, code]) => code ?? "")
    .filter((code) => !/^\/\/ |@huggingface/.test(code))
    .map((code) => code.replace("/models/en-fr/", join(unpacked, "dist/studio/models/phrasebook")));

  test.each(programs.map((code, i) => ({ code, i, first: code.split("\n")[0] })))(
    "README's program $i runs in Node: $first",
    async ({ code, i }) => {
      const file = `program-${i}.ts`;
      const { code: script } = await transformWithOxc(code, file);
      writeFileSync(join(folder, `program-${i}.mjs`), script);
      const { status, stdout, stderr } = shellIn(folder, `node program-${i}.mjs`);
      expect(status, stderr).toBe(0);
      expect(stdout).not.toBe("");
    },
  );

  test("there are such programs", () => expect(programs.length).toBeGreaterThan(1));

  test("the command line is there, and the quickstart begins", { timeout: 120_000 }, () => {
    expect(heed("--version").stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    const { stdout, status } = shellIn(
      folder,
      "timeout -s INT 40 npx heed quickstart 2>&1 || [ $? = 124 ] || [ $? = 130 ]",
    );
    expect(status).toBe(0);
    expect(stdout).toContain("English-French pairs, generated by a grammar");
  });
});
