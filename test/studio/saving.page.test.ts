/** Every picture of the studio as files: its SVG is one, its PNG is decoded, and its CSV holds the library's numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labelContributions, openDecodingInspector, openInspector } from "heed/inspect";
import { openRun, openRunOf } from "heed/runs";
import { openEngine } from "heed/runtime";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tsv } from "../cli/heed.ts";
import { absentChromium } from "../page/chromium.ts";
import type { Studio } from "./open-studio.ts";
import { gruFolder, openStudioWithGru } from "./tiny-gru.ts";

const skipped = absentChromium ? ` (skipped: ${absentChromium})` : "";
const models = join(import.meta.dirname, "../../studio/public/models");
const engine = await openEngine("cpu");
let studio: Studio;

beforeAll(async () => {
  if (absentChromium) return;
  studio = await openStudioWithGru();
});
afterAll(() => studio?.close());

/** RFC 4180. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [];
  for (const line of csv.matchAll(/((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*)\r\n/g))
    rows.push(
      [...(line[1] as string).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
        (quoted?.replaceAll('""', '"') ?? plain ?? "").replace(/^'(?=[=+\-@])/, ""),
      ),
    );
  return rows;
}

interface Seen {
  readonly errors: number;
  /** Elements that an SVG of its own must not have. */
  readonly foreign: number;
  readonly about: string;
  readonly shapes: number;
  readonly size: readonly number[];
  readonly pixels: readonly number[];
}

/** What a browser makes of both files. */
const looked = `async (text, bytes) => {
  const file = new DOMParser().parseFromString(text, "image/svg+xml");
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))]));
  return {
    errors: file.querySelectorAll("parsererror").length,
    foreign: file.querySelectorAll("script, foreignObject, [style], [class]").length,
    about: file.querySelector("title")?.textContent ?? "",
    shapes: file.querySelectorAll("rect, path, circle, line").length,
    size: [image.naturalWidth, image.naturalHeight],
    pixels: [bitmap.width, bitmap.height],
  };
}`;

/** Behind the picture stands a table: of all its numbers, or of as many as can be read. */
async function expectTable(page: Page, name: string, numbers: readonly string[][]): Promise<void> {
  const below = page.locator(`.caption-below:has(.save[aria-label="Save as: ${name}"])`);
  await below.locator(".numbers summary").click();
  await below.locator(".numbers table").waitFor();
  const shown = await below.locator(".numbers tbody tr").count();
  if (await below.locator(".numbers .note").count()) expect(shown).toBeLessThan(numbers.length - 1);
  else expect(shown).toBe(name === "heads" ? await page.locator(".thumbnail").count() : numbers.length - 1);
  expect(await below.locator(".numbers caption").textContent()).not.toBe("");
  await below.locator(".numbers summary").click();
}

/** Saves the picture that a group of buttons belongs to, in all forms. @returns its numbers */
async function saved(page: Page, name: string): Promise<string[][]> {
  const contentOf = async (kind: string): Promise<Buffer> => {
    const button = page.locator(`.save[aria-label="Save as: ${name}"] button:text-is("${kind}")`);
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    expect(download.suggestedFilename()).toBe(`${name}.${kind.toLowerCase()}`);
    return readFileSync(await download.path());
  };
  const svg = (await contentOf("SVG")).toString();
  const png = await contentOf("PNG");
  const files = JSON.stringify([svg, png.toString("base64")]);
  const seen = await page.evaluate<Seen>(`(${looked})(...${files})`);
  expect(seen).toMatchObject({ errors: 0, foreign: 0 });
  expect(seen.about).not.toBe("");
  expect(seen.shapes).toBeGreaterThan(3);
  for (const i of [0, 1]) expect(Math.abs((seen.pixels[i] ?? 0) - 2 * (seen.size[i] ?? 0))).toBeLessThan(4);
  const numbers = parsed((await contentOf("CSV")).toString());
  await expectTable(page, name, numbers);
  return numbers;
}

/** The numbers of a table, without the names of its rows and columns. */
const numbersIn = (rows: readonly (readonly string[])[], names = 1): number[] =>
  rows.slice(1).flatMap((row) => row.slice(names).map(Number));

/** In single precision: threads add in another order. */
function expectAlike(found: readonly number[], expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - (expected[i] as number))))).toBeLessThan(1e-4);
}

const source = "We do not see the small green car.";
const run = openRunOf(join(models, "phrasebook"), "translate");
const decoder = await openDecodingInspector({ engine, of: run, weights: run.weights, maxLength: 128 });
const look = await openInspector({ engine, of: run, weights: run.weights, maxLength: 128 });

/** The weights of one head, as the model reads its own translation. */
async function weightsOf(place: string, head: number): Promise<Float32Array> {
  const [best] = (await decoder.run(source, { beam: 4 })).hypotheses;
  const example = { source: look.encode({ source }).source, target: Int32Array.from(best?.ids ?? []) };
  const { taps } = await look.run(example, { taps: [`${place}.weights` as "**.weights"] });
  const found = taps.get(`${place}.weights`);
  const [, , rows, columns] = (found?.axes ?? []).map(({ size }) => size) as [number, number, number, number];
  return found?.data.slice(head * rows * columns, (head + 1) * rows * columns) ?? new Float32Array();
}

describe.skipIf(absentChromium)(`pictures as files${skipped}`, () => {
  test("Translate: what was read, why, and the search", async () => {
    const page = await studio.visit("#translate?place=2&head=1");
    await page.waitForSelector(".bars svg");
    const reading = await saved(page, "reading");
    expect(reading[0]?.[0]).toBe("is written \\ reads from");
    expectAlike(numbersIn(reading), await weightsOf("decoder.1.cross", 1));
    expect((await saved(page, "why"))[0]).toEqual(["reads from", "leaveOneOut"]);
    const search = await saved(page, "search");
    expect(search[0]?.[3]).toBe("token");
    expect(await page.locator(".tree .node").count()).toBe(search.length - 1);
    await page.close();
  });

  test("Translate: of a long text the files hold what must be scrolled to, too", async () => {
    const long = Array.from({ length: 11 }, () => source).join(" ");
    const page = await studio.visit(`#translate?beam=2&text=${encodeURIComponent(long)}`);
    await page.waitForSelector(".tree");
    await page.waitForSelector(".bipartite .word");
    const download = async (name: string): Promise<string> => {
      const button = page.locator(`.save[aria-label="Save as: ${name}"] button:text-is("SVG")`);
      const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
      return readFileSync(await file.path(), "utf8");
    };
    const drawn = page.locator(".bipartite .token");
    const part = await drawn.count();
    const numbers = await saved(page, "reading");
    const tokens = numbers.length - 1 + (numbers[0]?.length ?? 0) - 1;
    expect(part).toBeLessThan(tokens);
    // Two of the texts name the axes.
    expect((await download("reading")).match(/<text /g)).toHaveLength(tokens + 2);
    expect(await drawn.count()).toBe(part);
    const nodes = await saved(page, "search");
    // Each node says its token and its probability.
    expect((await download("search")).match(/<text /g)).toHaveLength(2 * (nodes.length - 1));
    await page.close();
  });

  test("Steps: the matrices of a station, and what a norm does", async () => {
    const page = await studio.visit("#steps?attention=encoder&block=0&head=2");
    await page.click('[data-station="weights"]');
    const weights = await saved(page, "weights");
    expect(weights[0]?.[0]).toBe("query \\ key");
    expectAlike(numbersIn(weights), await weightsOf("encoder.0.attention", 2));
    await page.click('[data-station="normBefore"]');
    expect((await saved(page, "spread")).length).toBe(129);
    await page.close();
  });

  test("Heads: all of them, and one with another over it", async () => {
    const page = await studio.visit("#heads?enlarged=decoder.1.cross/0&overlay=decoder.1.cross/2");
    await page.waitForSelector(".row-words.second");
    const all = await saved(page, "heads");
    const one = all.filter(([place, head]) => place === "decoder.1.cross" && head === "3");
    expectAlike(
      one.map((row) => Number(row[6])),
      await weightsOf("decoder.1.cross", 2),
    );
    const both = await saved(page, "head");
    expectAlike(
      numbersIn(both, 2),
      Float32Array.of(...(await weightsOf("decoder.1.cross", 0)), ...(await weightsOf("decoder.1.cross", 2))),
    );
    await page.close();
  });

  test("Recurrent: states, and what the decoder reads", async () => {
    const page = await studio.visit("#recurrent?model=gru&text=the cat eats the bread");
    await page.waitForSelector(".side .matrix");
    const gruRun = openRun(gruFolder);
    const gruLook = await openInspector({ engine, of: gruRun, weights: gruRun.weights });
    const { taps } = await gruLook.run(gruLook.encode({ source: "the cat eats the bread" }), {
      taps: ["encoder.layers.0.forward.hidden"],
    });
    const hidden = taps.get("encoder.layers.0.forward.hidden");
    const units = hidden?.axes[2]?.size ?? 0;
    const states = numbersIn(await saved(page, "encoder.layers.0.forward"));
    const tokens = states.length / units;
    expectAlike(
      states,
      Array.from({ length: states.length }, (_, i) => {
        return hidden?.data[(i % tokens) * units + Math.floor(i / tokens)] as number;
      }),
    );
    expect((await saved(page, "vectors-gru"))[0]?.[0]).toBe("is written \\ number");
    expect((await saved(page, "weights-gru"))[0]?.[0]).toBe("is written \\ reads from");
    gruLook.close();
    await page.close();
  });

  test("Language model and classifier: what comes next, what was read, what each word adds", async () => {
    const page = await studio.visit("#language?model=sentences&text=We do not");
    await page.waitForSelector(".next-tokens li");
    const next = await saved(page, "next");
    expect(next[0]).toEqual(["token", "probability to be drawn", "the model’s probability"]);
    expect(Number(next[1]?.[1])).toBeGreaterThan(Number(next[2]?.[1]));
    const rows = numbersIn(await saved(page, "read"));
    expect(rows.reduce((sum, value) => sum + value, 0)).toBeCloseTo(Math.sqrt(rows.length), 4);
    await page.goto(`${new URL(page.url()).origin}/#classify?model=animals&text=The dog sleeps.`);
    await page.waitForSelector(".parts tbody tr");
    const classifier = openRunOf(join(models, "animals"), "classify");
    const inside = await openInspector({ engine, of: classifier, weights: classifier.weights });
    const seen = await inside.run(
      { source: "The dog sleeps." },
      { taps: ["probabilities", "logits", "output"] },
    );
    const { labels, tokens } = labelContributions(classifier, seen);
    const parts = await saved(page, "contributions");
    expect(parts[0]).toEqual(["token \\ adds", ...labels.map(({ name }) => name)]);
    expectAlike(
      numbersIn(parts),
      tokens.flatMap((_, i) => labels.map((label) => label.parts[i] as number)),
    );
    inside.close();
    await page.close();
  });

  test("Train: the loss, and the attention as it forms", async () => {
    const page = await studio.visit("#train");
    await page.check("text=Your own pairs");
    await page.fill(".pairs textarea", tsv);
    await page.selectOption(".choice select", "tiny");
    await page.fill(".choice input[type=number]", "20");
    await page.click("text=Start training");
    await page.waitForSelector('#progress:text-is("Trained")', { timeout: 90_000 });
    const losses = (await saved(page, "loss")).slice(1);
    expect(losses.map(([step]) => Number(step))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const last = await page.textContent('.figures div:has(dt:text-is("Loss")) strong');
    expect(Number(losses.at(-1)?.[1]).toFixed(3)).toBe(last);
    expect((await saved(page, "forming"))[0]?.[0]).toBe("is written \\ reads from");
    await page.close();
  });

  test("no picture is without files, and nothing went wrong", () => {
    expect(studio.problems).toEqual([]);
  });
});
