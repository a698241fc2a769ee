/** README's commands as a reader pastes them, one after the other, and the examples in --help. */
import { spawnSync } from "node:child_process";
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
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flagOf } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/main.ts";
import { unpacked } from "../built.ts";
import { tsv } from "../cli/heed.ts";
import { absentChromium } from "../page/chromium.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const fences = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code ?? "");
const fenceWith = (language: string, text: string): string => {
  const found = fences(language).find((code) => code.includes(text));
  if (found === undefined) throw new Error(`README has no ${language} fence with ${text}`);
  return found;
};

/** Added to README's configuration: a model that trains in seconds. */
const SMALL = `
tokenizer: { kind: bpe, vocab: 300 }
model: { layers: 1, dModel: 16, heads: 2, feedForward: 16, dropout: 0, maxLength: 48 }
training: { batchTokens: 512, epochs: 2, learningRate: 1.0e-2, warmup: 2, validBleu: 4 }
`;

/** Inside the repository, so that what is installed here is found from it. */
let folder: string;
let path: string;

/** What a shell makes of `script`, with our `heed` behind `npx heed`, and `npm` doing nothing. */
function shell(script: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, PATH: `${path}:${process.env.PATH}` };
  return spawnSync("bash", ["-e", "-c", script], { cwd: folder, env, encoding: "utf8" });
}

beforeAll(() => {
  mkdirSync(join(root, ".house"), { recursive: true });
  folder = mkdtempSync(join(root, ".house", "commands-"));
  path = join(folder, "bin");
  const built = join(folder, "heed");
  cpSync(unpacked, built, { recursive: true });
  // Where there is no browser, there is no page to serve either: an empty one stands in.
  if (absentChromium) {
    mkdirSync(join(built, "dist/studio"), { recursive: true });
    writeFileSync(join(built, "dist/studio/index.html"), "");
  }
  mkdirSync(path);
  const bin = join(built, "dist/cli/bin.cjs");
  const heed = `"${process.execPath}" "${bin}" "$@"`;
  // The studio is ended as a person ends it, once it has said where it is.
  const studio = `if [ "$1" = studio ]; then timeout -s INT 5 ${heed} --no-open; [ $? = 124 ]; exit; fi`;
  // A small corpus asks for many passes, and a student leaves their number to it.
  const student = `case "$1 $2" in "train small.yaml" | "train student.yaml") set -- "$@" --set training.epochs=2;; esac`;
  const npx = `#!/bin/sh\n[ "$1" = heed ] || exit 99\nshift\n${studio}\n${student}\nexec ${heed}\n`;
  writeFileSync(join(path, "npx"), npx, { mode: 0o755 });
  writeFileSync(join(path, "npm"), "#!/bin/sh\n", { mode: 0o755 });

  const pairs = tsv.trimEnd().split("\n");
  const column = (at: 0 | 1): string => `${pairs.map((line) => line.split("\t")[at]).join("\n")}\n`;
  writeFileSync(join(folder, "train.tsv"), tsv);
  writeFileSync(join(folder, "valid.tsv"), tsv);
  writeFileSync(join(folder, "new.txt"), column(0));
  writeFileSync(join(folder, "test.en"), column(0));
  writeFileSync(join(folder, "test.fr"), column(1));
  writeFileSync(join(folder, "config.yaml"), fenceWith("yaml", "# config.yaml") + SMALL);
  const quick = "{ batchTokens: 512, warmup: 2, validBleu: 4, epochs: 1";
  writeFileSync(
    join(folder, "more.yaml"),
    fenceWith("yaml", "# more.yaml").replace(/\{ (.*), epochs: 3/, `${quick}, $1`),
  );
  const sweep = fenceWith("yaml", "# heads.yaml").replace("seeds: [1, 2, 3]", "seeds: [1]");
  writeFileSync(join(folder, "heads.yaml"), sweep.replace("[1, 2, 4, 8]", "[1, 8]"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("README as pasted", () => {
  const scripts = fences("sh").map((script) => ({ first: script.split(/ {2,}|\n/)[0], script }));

  test.each(scripts)("$first and what follows", ({ script }) => {
    const { status, stderr } = shell(script);
    expect(status, stderr).toBe(0);
  });

  test("wrote what it says it writes", () => {
    const names = [
      "out.txt",
      "mine.fr",
      "greedy.fr",
      "heads.html",
      "runs/mine/report.html",
      "models/mine",
      "models/low/adapter",
    ];
    expect(names.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  });

  test("transformers.js opens the exported folder under the name that README gives", () => {
    writeFileSync(join(folder, "translate.mjs"), fenceWith("ts", "@huggingface/transformers"));
    const { status, stdout, stderr } = shell(`"${process.execPath}" translate.mjs`);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("translation_text");
  });
});

describe("the guides as pasted", () => {
  const guides = ["start", "how-to"].flatMap((part) =>
    readdirSync(join(root, "docs", part)).map((name) => ({
      guide: `${part}/${name}`,
      text: readFileSync(join(root, "docs", part, name), "utf8"),
    })),
  );
  const code = (text: string, language: string): string[] =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, inner]) => inner ?? "");

  test.each(guides)("$guide", ({ text }) => {
    for (const yaml of code(text, "yaml").filter((each) => each.includes("\nseeds:"))) {
      const [, name = ""] = /^# (\S+)/.exec(yaml) ?? [];
      writeFileSync(
        join(folder, name),
        yaml.replace("[1, 2, 3]", "[1]").replace("[64, 128, 256]", "[16, 32]"),
      );
    }
    for (const script of code(text, "sh")) {
      const { status, stderr } = shell(script);
      expect(status, `${script}\n${stderr}`).toBe(0);
    }
  });
});

test("the translations of a test set in pairs go into compare, a line for every line, sources twice or not", () => {
  const lines = tsv.trimEnd().split("\n").slice(0, 6);
  const [source = ""] = (lines[0] ?? "").split("\t");
  writeFileSync(join(folder, "twice.tsv"), `${[...lines, `${source}\tune autre phrase`].join("\n")}\n`);
  const { status, stdout, stderr } = shell(`
    npx heed evaluate runs/mine --pairs twice.tsv --output twice.fr
    npx heed evaluate runs/mine --pairs twice.tsv --output once.fr --beam 1
    cut -f 2 twice.tsv > twice.reference
    npx heed compare once.fr twice.fr --reference twice.reference --json`);
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('"sentences":7');
  const written = readFileSync(join(folder, "twice.fr"), "utf8").split("\n");
  expect(written).toHaveLength(8);
  expect(written[6]).toBe(written[0]);
});

test.each([
  ["sereve --help", "unknown command 'sereve'; did you mean serve?"],
  ["help xyzzy", "unknown command 'xyzzy'; see --help"],
  ["trian config.yaml --help", "unknown command 'trian'; did you mean train?"],
])("heed %s is refused with what is near", (line, message) => {
  const { status, stdout, stderr } = shell(`npx heed ${line}`);
  expect({ status, stdout, stderr }).toEqual({
    status: 64,
    stdout: "",
    stderr: `heed: error: heed: ${message}\n`,
  });
});

describe("examples in --help", async () => {
  const specs = await Promise.all(Object.values(commands).map(async (load) => (await load()).default));
  const examples = specs.flatMap((spec) => spec.examples.map((example) => ({ example, spec })));

  test.each(examples)("$example: its options exist", ({ example }) => {
    const called = example.split(/[|;]/).filter((part) => /^\s*heed /.test(part));
    expect(called.length).toBeGreaterThan(0);
    for (const part of called) {
      const [, name] = part.trim().split(/\s+/);
      const spec = specs.find((each) => each.name === name);
      const flags = Object.keys(spec?.options ?? {}).map(flagOf);
      const used = part.replaceAll(/"[^"]*"|'[^']*'/g, "").match(/(?<=\s)--[a-z0-9-]+/g) ?? [];
      expect(spec, `heed ${name}`).toBeDefined();
      expect(used.filter((flag) => !flags.includes(flag))).toEqual([]);
    }
  });
});
