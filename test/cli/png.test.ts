/** PNG without a browser: what it draws, what no font has, and what it says where its package is not installed. */
import { afterEach, expect, test, vi } from "vitest";
import { rasterise } from "../../src/cli/png.ts";
import { alignmentSvg } from "../../src/pictures/alignment-svg.ts";
import { standalone } from "../../src/pictures/svg.ts";
import { absentRasteriser } from "./rasteriser.ts";

const picture = (word: string): string =>
  standalone(alignmentSvg({ source: [word], target: ["▁le"], weights: [[1]], title: "t" }));

afterEach(() => {
  vi.doUnmock("@resvg/resvg-js");
  vi.resetModules();
});

const skipped = absentRasteriser ? ` (skipped: ${absentRasteriser})` : "";

test.skipIf(absentRasteriser)(`a picture has its signature and twice its size${skipped}`, async () => {
  const svg = picture("▁the");
  const { png, missing } = await rasterise(svg);
  expect(missing).toEqual([]);
  expect(Array.from(png.subarray(0, 8))).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const [, width] = /width="([\d.]+)" height/.exec(svg) ?? [];
  const pixels = Buffer.from(png).readUInt32BE(16);
  expect(Math.abs(pixels - 2 * Number(width))).toBeLessThanOrEqual(2);
});

test.skipIf(absentRasteriser)(`characters that no font has are named, each once${skipped}`, async () => {
  const { missing } = await rasterise(picture("a\u{10fffe}\u{10fffe}"));
  expect(missing).toEqual(["\u{10fffe}"]);
});

test("without its package the error says what to install", async () => {
  vi.resetModules();
  vi.doMock("@resvg/resvg-js", () => {
    throw new Error("Cannot find module");
  });
  const { rasterise: without } = await import("../../src/cli/png.ts");
  await expect(without(picture("a"))).rejects.toMatchObject({
    code: "ERR_INPUT",
    message: "--out: .png needs the package @resvg/resvg-js; npm install @resvg/resvg-js, or write .svg",
  });
});

test("without any font the error says so: text would be missing", async () => {
  vi.resetModules();
  vi.doMock("@resvg/resvg-js", () => ({
    Resvg: class {
      getBBox = (): undefined => undefined;
    },
  }));
  const { rasterise: without } = await import("../../src/cli/png.ts");
  await expect(without(picture("a"))).rejects.toMatchObject({
    code: "ERR_INPUT",
    message: expect.stringContaining("this machine has no fonts to draw text with; install some"),
  });
});
