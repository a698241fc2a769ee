import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fileReader, openFileReader } from "../../src/data/corpus-reader.node.ts";
import { filesOf, type PairSpec } from "../../src/data/corpus-reader.ts";
import { readPairs } from "../../src/data/pairs.node.ts";
import { all, failure, temporary } from "./files.ts";

describe("sentence pairs", () => {
  const expected = [
    { source: "Hello.", target: "Bonjour." },
    { source: "", target: " " },
    { source: "\u2028", target: "Ça va ?" },
  ];
  const table = "Hello.\tBonjour.\tCC-BY 2.0\n\t \n\u2028\tÇa va ?\tx\ty\n";
  const objects = expected.map((pair) => `${JSON.stringify({ id: 1, ...pair })}\n`).join("");

  test("are the first two columns of tab-separated lines", async () => {
    expect(await all(readPairs({ pairs: temporary(table) }))).toEqual(expected);
  });

  test("with further columns are counted, once", async () => {
    const said: string[] = [];
    const { pairs } = openFileReader({ say: (message) => said.push(message) });
    const path = temporary(table);
    await all(pairs({ pairs: path }));
    expect(said).toEqual([`${path}: 2 lines have more than two columns; only source and target are read`]);
    await all(pairs({ pairs: temporary("a\tb\nc\td\n") }));
    expect(said).toHaveLength(1);
  });

  test("are the lines of two files", async () => {
    const source = temporary("\ufeffHello.\r\n\r\n\u2028");
    const target = temporary(gzipSync("Bonjour.\n \nÇa va ?\n"), "target.gz");
    expect(await all(readPairs({ source, target }))).toEqual(expected);
  });

  test("are the objects of a JSON Lines file", async () => {
    expect(await all(readPairs({ jsonl: temporary(gzipSync(objects)) }))).toEqual(expected);
  });

  test("of two empty files are none", async () => {
    expect(await all(readPairs({ source: temporary(""), target: temporary("") }))).toEqual([]);
  });

  test("are left early without reading on", async () => {
    const path = temporary("a\tb\n".repeat(100_000));
    for await (const pair of readPairs({ pairs: path })) {
      expect(pair).toEqual({ source: "a", target: "b" });
      break;
    }
  });
});

describe("faulty pairs", () => {
  test.each([
    [100, 99],
    [99, 100],
    [0, 1],
    [3, 1000],
  ])("%i source lines and %i target lines are refused with both counts", async (sources, targets) => {
    const source = temporary("a\n".repeat(sources));
    const target = temporary("b\n".repeat(targets));
    expect(await failure(readPairs({ source, target }))).toMatchObject({
      code: "ERR_DATA",
      message:
        `${target}: ${source} has ${sources} lines but ${target} has ${targets}; ` +
        "line i of one file must be the translation of line i of the other",
    });
  });

  test("a line without a tab is named", async () => {
    const path = temporary("a\tb\nc d\n");
    expect(await failure(readPairs({ pairs: path }))).toMatchObject({
      code: "ERR_DATA",
      message: `${path}:2: line without a tab; write source, tab, target on each line`,
    });
  });

  test.each([
    ["{", "not JSON"],
    ["", "not JSON"],
    ["null", 'no text at the key "source"'],
    ['["a", "b"]', 'no text at the key "source"'],
    ['{"source": "a"}', 'no text at the key "target"'],
    ['{"source": "a", "target": 1}', 'no text at the key "target"'],
  ])("the JSON line %j is refused: %s", async (line, cause) => {
    const path = temporary(`{"source": "a", "target": "b"}\n${line}\n`);
    expect(await failure(readPairs({ jsonl: path }))).toMatchObject({
      code: "ERR_DATA",
      message: `${path}:2: ${cause}; write {"source": "...", "target": "..."} on each line`,
    });
  });

  test("a missing file of two is an input error", async () => {
    const spec = { source: temporary("a\n"), target: "/no/such/file" };
    expect(await failure(readPairs(spec))).toMatchObject({
      code: "ERR_INPUT",
      message: "/no/such/file: no such file",
    });
  });
});

const hashPairs = (spec: PairSpec): Promise<string> => fileReader.hash(filesOf(spec));

describe("the hash of a corpus", () => {
  test("is of the text: compression does not change it, any other byte does", async () => {
    const plain = await hashPairs({ pairs: temporary("a\tb\n") });
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashPairs({ pairs: temporary(gzipSync("a\tb\n")) })).toBe(plain);
    expect(await hashPairs({ pairs: temporary("a\tc\n") })).not.toBe(plain);
  });

  test("sees lines that moved from one file to the other", async () => {
    const one = await hashPairs({ source: temporary("a\nb\n"), target: temporary("c\n") });
    expect(await hashPairs({ source: temporary("a\n"), target: temporary("b\nc\n") })).not.toBe(one);
  });
});

const tatoeba = "../shared/data/tatoeba-eng-fra/test.tsv";
test.skipIf(!existsSync(tatoeba))("Tatoeba reads into non-empty pairs (needs ../shared/data)", async () => {
  const pairs = await all(readPairs({ pairs: tatoeba }));
  expect(pairs.length).toBeGreaterThan(500);
  for (const { source, target } of pairs)
    expect(source !== "" && target !== "" && !target.includes("\t")).toBe(true);
});
