/** What people write: configurations, corpora as TSV and JSONL, and what is packed with gzip. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect } from "vitest";
import { stringify } from "yaml";
import { parseConfig } from "../../src/config/parse.ts";
import { printConfig } from "../../src/config/print.ts";
import { parseSweep } from "../../src/config/sweep.ts";
import type { Pair } from "../../src/data/corpus-reader.ts";
import { readLines } from "../../src/data/files.node.ts";
import { readLabelled } from "../../src/data/labelled.node.ts";
import { readPairs } from "../../src/data/pairs.node.ts";
import { folder } from "../cli/heed.ts";
import { all } from "../data/files.ts";
import { changed, changes, damaged, damages, fuzz, odd } from "./fuzz.ts";

const { path } = folder();
const file = join(path, "file");

const configurations = [
  {
    data: { train: { pairs: "a.tsv" }, valid: { source: "a", target: "b" }, maxTokens: 64 },
    tokenizer: { kind: "bpe", vocab: 500 },
    model: { kind: "transformer", layers: 1, dModel: 16, heads: 2, feedForward: 16, dropout: 0 },
    training: { batchTokens: 256, epochs: 2, learningRate: 0.001, schedule: "cosine", warmup: 5 },
    decoding: { beam: 2 },
  },
  {
    task: "generate",
    data: { train: { text: "a" }, valid: { text: "b" }, context: 16 },
    model: { kind: "gru", hidden: 8 },
  },
  {
    task: "classify",
    data: { train: { labelled: "a" }, valid: { labelled: "b" } },
    training: { lora: { rank: 4 } },
  },
];

/** Pieces of YAML that mean something, or once did. */
const yamlPiece = fc.oneof(
  fc.constantFrom(
    ...[
      "&a ",
      "*a",
      "<<: ",
      "!!js/function ",
      "? ",
      "- ",
      ": ",
      "|\n",
      ">\n",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      "#",
    ],
    ...[
      "\t",
      "\u0000",
      "\u2028",
      "%YAML 9.9\n",
      "---\n",
      "...\n",
      "__proto__: ",
      "0x",
      "1e999",
      ".nan",
      "null",
    ],
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.integer({ min: 1, max: 5000 }).map((depth) => "[".repeat(depth)),
);
const yaml = fc.record({
  base: fc.constantFrom(...configurations),
  all: changes,
  pieces: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), yamlPiece), { maxLength: 2 }),
});
type Yaml = typeof yaml extends fc.Arbitrary<infer T> ? T : never;

function textOf({ base, all, pieces }: Yaml): string {
  let text = stringify(changed(base, all));
  for (const [place, piece] of pieces) {
    const at = Math.floor(place * text.length);
    text = text.slice(0, at) + piece + text.slice(at);
  }
  return text;
}

fuzz(
  "a configuration is read as it prints itself",
  yaml,
  async (input, read) => {
    const config = await read(() => parseConfig(textOf(input), "config.yaml"));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    if (config) expect(parseConfig(printConfig(config), "printed.yaml")).toEqual(config);
  },
  { exits: [78] },
);

const settable = [
  "seed",
  "task",
  "model",
  "model.layers",
  "training.epochs",
  "training.lora.rank",
  "decoding.beam",
  "x..y",
  "",
];

fuzz(
  "a configuration with a setting",
  fc.tuple(
    fc.constantFrom(...configurations),
    fc.constantFrom(...settable),
    fc.oneof(
      odd.map((value) => JSON.stringify(value)),
      yamlPiece,
    ),
  ),
  async ([base, key, value], read) => {
    await read(() => parseConfig(stringify(base), "config.yaml", [`${key}=${value}`]));
  },
  { exits: [78] },
);

const sweep = {
  seeds: [1, 2],
  grid: { "model.heads": [1, 2] },
  variants: { a: { "training.clip": 2 }, b: null },
};

fuzz(
  "a sweep",
  changes,
  async (some, read) => {
    await read(() => parseSweep(stringify(changed(sweep, some)), "sweep.yaml"));
  },
  { exits: [78] },
);

/** Bytes of texts: words, what ends lines or does not, and what is no UTF-8. */
const bytes = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom("a", "ä b", "\t", "\n", "x\ty\n", "x\ty\n") },
      fc.constantFrom("\r\n", "\r", "\ufeff", "\u2028", "\u0085", "\f", "\0", "\u001b[31m"),
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.uint8Array({ maxLength: 3 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

/** The lines of bytes, in the plainest way. @throws TypeError for what is no UTF-8 */
function linesOf(content: Uint8Array): string[] {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\r$/, ""));
}

fuzz("a TSV of pairs is its lines", bytes, async (content, read) => {
  writeFileSync(file, content);
  const pairs = await read(() => all(readPairs({ pairs: file })));
  const expected = (line: string): Pair => {
    const [source = "", target = ""] = line.split("\t");
    return { source, target };
  };
  if (pairs) expect(pairs).toEqual(linesOf(content).map(expected));
});

fuzz("a TSV of labelled texts is its lines", bytes, async (content, read) => {
  writeFileSync(file, content);
  const texts = await read(() => all(readLabelled(file)));
  if (texts) expect(texts.length).toBe(linesOf(content).length);
});

const record = fc.oneof(
  { weight: 4, arbitrary: fc.record({ source: fc.string({ unit: "binary" }), target: fc.string() }) },
  fc.record({ source: odd, target: odd }, { requiredKeys: [] }),
  odd,
);
const jsonLine = fc.oneof(
  { weight: 6, arbitrary: record.map((value) => JSON.stringify(value)) },
  fc.constantFrom(
    "",
    "{",
    '{"source":"a","source":"b","target":"c"}',
    '{"__proto__":{"source":"a","target":"b"}}',
  ),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => "[".repeat(depth)),
);

fuzz("a JSONL of pairs is its objects", fc.array(jsonLine, { maxLength: 5 }), async (lines, read) => {
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  const pairs = await read(() => all(readPairs({ jsonl: file })));
  const parsed = (line: string): Pair => {
    const { source, target } = JSON.parse(line) as Pair;
    return { source, target };
  };
  if (pairs) expect(pairs).toEqual(lines.map(parsed));
});

const packed = fc.record({
  texts: fc.array(fc.array(fc.constantFrom("a\n", "b c\n", "ä"), { maxLength: 40 }), {
    minLength: 1,
    maxLength: 3,
  }),
  all: fc.oneof(fc.constant([]), damages),
});

fuzz(
  "a gzip is what was packed or refused, never a piece of a part",
  packed,
  async ({ texts, all: some }, read) => {
    const contents = texts.map((text) => text.join(""));
    const gz = `${file}.gz`;
    writeFileSync(gz, damaged(Buffer.concat(contents.map((text) => gzipSync(text))), some));
    const lines = await read(() => all(readLines(gz)));
    // Without one of its parts, it is a whole gzip of the others.
    const wholes = someOf(contents).map((parts) => linesOf(Buffer.from(parts.join(""))));
    if (lines) expect(wholes).toContainEqual(lines);
  },
);

/** Every choice of one or more, in their order. */
function someOf(texts: readonly string[]): string[][] {
  const choices: string[][] = [[]];
  for (const text of texts) choices.push(...choices.map((before) => [...before, text]));
  return choices.slice(1);
}
