/** The package as it is published: every subpath of package.json can be imported. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpacked } from "../built.ts";
import { absentChromium } from "../page/chromium.ts";

const root = join(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, unknown>>;
};
const subpaths = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith(".json"))
  .map((path) => path.replace(/^\./, "heed"));

/** Inside the repository, so that the packed package finds the dependencies that are installed here. */
let folder: string;

const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });

/** The names that `specifier` exports to an importer under further conditions. */
function exportsOf(specifier: string, ...flags: string[]): string[] {
  const script = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(specifier)}))))`;
  return JSON.parse(node(...flags, "--input-type=module", "--eval", script)) as string[];
}

beforeAll(() => {
  mkdirSync(join(root, ".house"), { recursive: true });
  folder = mkdtempSync(join(root, ".house", "package-"));
  // A scope of its own: otherwise Node takes "heed" for the package around it, this checkout, packed or not.
  writeFileSync(join(folder, "package.json"), "{}\n");
  mkdirSync(join(folder, "node_modules"));
  cpSync(unpacked, join(folder, "node_modules/heed"), { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  for (const subpath of subpaths) {
    test(`${subpath} can be imported`, () => {
      expect(exportsOf(subpath).length).toBeGreaterThan(0);
    });
  }

  test("an engine can be opened in Node from heed and from heed/runtime", () => {
    expect(exportsOf("heed")).toContain("openEngine");
    expect(exportsOf("heed/runtime")).toContain("openEngine");
  });

  test("the names for other platforms are those of Node less what needs Node", () => {
    for (const name of ["index", "runtime/index", "data/index", "runs/index"]) {
      const portable = exportsOf(`./node_modules/heed/dist/${name}.js`);
      const inNode = exportsOf(`./node_modules/heed/dist/${name}.node.js`);
      expect(inNode).toEqual(expect.arrayContaining(portable));
      expect(inNode.length).toBeGreaterThan(portable.length);
    }
  });

  test.each(["README.md", "CONTRIBUTING.md", "docs/design.md", "docs/results.md"])(
    "links of %s lead to files of the package, or elsewhere on the web",
    (name) => {
      const packed = join(folder, "node_modules/heed");
      const text = readFileSync(join(packed, name), "utf8").replaceAll(/^```.*?^```/gms, "");
      const targets = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target]) => target as string);
      const relative = targets.filter((target) => !/^https?:/.test(target));
      if (name === "README.md") expect(relative).toContain("docs/results.md");
      expect(relative.filter((target) => !existsSync(join(packed, dirname(name), target)))).toEqual([]);
    },
  );

  test("no script of its own has to run when it is installed", () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, "node_modules/heed/package.json"), "utf8")) as {
      readonly scripts: object;
    };
    const atInstall = ["preinstall", "install", "postinstall", "prepare"];
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  test.skipIf(absentChromium)("the studio is in it, with the runtime that its page loads", async () => {
    const command = ["node_modules/heed/dist/cli/bin.cjs", "studio", "--no-open"];
    const studio = spawn(process.execPath, command, { cwd: folder });
    try {
      const [address] = (await once(studio.stdout.setEncoding("utf8"), "data")) as [string];
      const get = (path: string) => fetch(new URL(path, address.trim()));
      const html = await (await get("")).text();
      const [, script = ""] = /<script type="module"[^>]* src="([^"]+)"/.exec(html) ?? [];
      expect((await get(script)).headers.get("content-type")).toContain("text/javascript");
      const runtimes = readdirSync(join(folder, "node_modules/heed/dist/studio/assets")).filter((name) =>
        name.endsWith(".wasm"),
      );
      expect(runtimes.length).toBeGreaterThan(0);
      for (const name of runtimes) expect((await get(`assets/${name}`)).status).toBe(200);
      expect(await (await get("models.json")).json()).toContain("phrasebook");
    } finally {
      studio.kill();
    }
  });

  test("the command answers", () => {
    expect(node("node_modules/heed/dist/cli/bin.cjs", "--version").trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
