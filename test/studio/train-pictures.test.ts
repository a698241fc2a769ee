/** What the view of training draws, and the archive that it gives away. */
import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { pairsOf, split, splitText } from "../../studio/src/model/text-corpus.ts";
import {
  type CorpusName,
  configText,
  corpusNames,
  firstSetup,
  removableParts,
  rungNames,
  sizeNames,
} from "../../studio/src/model/training-setup.ts";
import { crc32, zip } from "../../studio/src/model/zip.ts";
import { foundLinks } from "../../studio/src/pictures/found-links.ts";
import { lossCurve, margin, smoothed } from "../../studio/src/pictures/loss-curve.ts";
import { unzip } from "./unzip.ts";

describe("a zip archive", () => {
  test("holds the files it was given", () => {
    const files = new Map([
      ["run/config.yaml", new TextEncoder().encode("seed: 1\n")],
      ["run/größe.json", new Uint8Array()],
      ["run/model.safetensors", Uint8Array.from({ length: 5000 }, (_, i) => i * 7)],
    ]);
    expect(unzip(zip(files))).toEqual(files);
  });

  test("has zlib's CRC-32", () => {
    const data = Uint8Array.from({ length: 1000 }, (_, i) => i ** 3);
    expect(crc32(data)).toBe(zlibCrc32(data));
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });
});

describe("a setup", () => {
  test.each(rungNames.flatMap((rung) => sizeNames.map((size) => [rung, size] as const)))(
    "%s, %s is a configuration",
    (rung, size) => {
      const taskOf = (corpus: CorpusName): string =>
        parseConfig(configText({ ...firstSetup, rung, size, corpus }), "setup").task;
      expect(corpusNames.map(taskOf)).toEqual(["translate", "translate", "generate"]);
    },
  );

  test("each part can be left out; links are taught only where they are known and can be learned", () => {
    for (const part of removableParts) {
      const { model, training } = parseConfig(
        configText({ ...firstSetup, without: [part], guided: true }),
        "setup",
      );
      expect("without" in model && model.without).toEqual([part]);
      expect("guidedAlignment" in training && training.guidedAlignment !== undefined).toBe(
        part !== "attention",
      );
    }
    expect(configText({ ...firstSetup, rung: "gru", guided: true })).not.toContain("guidedAlignment");
    expect(configText({ ...firstSetup, corpus: "pairs", guided: true })).not.toContain("guidedAlignment");
  });
});

describe("pasted pairs", () => {
  const lines = Array.from({ length: 25 }, (_, i) => `a${i}\tb${i}\tsomebody\r\n`).join("\n");

  test("a tenth is held out, at most two hundred, always the same", () => {
    const pairs = pairsOf(lines);
    const { train, valid } = split(pairs);
    expect(valid).toHaveLength(3);
    expect([...train, ...valid].sort((a, b) => pairs.indexOf(a) - pairs.indexOf(b))).toEqual(pairs);
    expect(pairs[3]).toEqual({ source: "a3", target: "b3" });
    expect(split(pairs)).toEqual({ train, valid });
    expect(split(Array.from({ length: 9000 }, () => ({ source: "a", target: "b" }))).valid).toHaveLength(200);
  });

  test("a line without a tab is named, and ten pairs are needed", () => {
    expect(() => pairsOf(`${lines}\nno tab`)).toThrow("line 51 is not a sentence, a tab and its translation");
    expect(() => pairsOf("a\tb")).toThrow("there is 1 pair: give at least ten, better a thousand");
  });
});

describe("a pasted text", () => {
  test("keeps its order: its end is held out, empty lines and all", () => {
    const lines = Array.from({ length: 30 }, (_, i) => (i % 3 === 2 ? "" : `line ${i}`));
    const { train, valid } = splitText(lines.join("\r\n"));
    expect([...train, ...valid]).toEqual(lines);
    expect(valid).toHaveLength(3);
  });

  test("needs ten lines", () => {
    expect(() => splitText("one\n\n")).toThrow("there is 1 line of text: give at least ten");
  });
});

test("a head finds a link where a row's largest weight lies on it", () => {
  const weights = [0.1, 0.8, 0.1, 0.2, 0.3, 0.5, 0.6, 0.2, 0.2];
  const gold = [
    { row: 0, rows: 1, column: 1, columns: 1 },
    { row: 1, rows: 2, column: 1, columns: 2 },
  ];
  expect(foundLinks(weights, 3, gold)).toBeCloseTo(2 / 3);
  expect(foundLinks(weights, 3, [])).toBeUndefined();
});

describe("a loss curve", () => {
  const updates = [8, 4, 2, 1].map((loss, i) => ({ step: i + 1, loss }));

  test("spans all updates of a training, from no loss to the highest", () => {
    const { x, raw, yTicks, validations } = lossCurve(updates, [{ step: 10, loss: 0 }], {
      width: 500,
      height: 200,
      steps: 10,
    });
    expect([x(0), x(10)]).toEqual([margin.left, 500 - margin.right]);
    expect(raw).toMatch(/^M88\.2,12L/);
    expect(yTicks.map(({ label }) => label)).toEqual(["0", "2", "4", "6", "8"]);
    expect(validations).toEqual([{ step: 10, loss: 0, x: 486, y: 174 }]);
  });

  test("its mean is that of the first losses, and then moves by a share of each", () => {
    expect(smoothed(updates).map(({ loss }) => loss)).toEqual([8, 6, 14 / 3, 3.75]);
    const long = Array.from({ length: 100 }, (_, step) => ({ step, loss: step < 99 ? 2 : 1 }));
    expect(smoothed(long).at(-1)?.loss).toBeCloseTo(2 - 0.08);
  });
});
