/** A corpus that is not held in memory is trained with to the same bytes, and what is kept of it is checked. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { tinyConfig, tsv } from "../training/tiny.ts";
import {
  corpus,
  directory,
  expectSameRun,
  failure,
  folder,
  run,
  type Setting,
  set,
  stoppedAfter,
  write,
} from "../training/tiny-runs.ts";

/** Every corpus is large. */
const cachedIn = (name: string): Setting["cache"] => ({ folder: join(folder, name), atLeast: 1 });
const entries = (name: string): string[] => readdirSync(join(folder, name)).sort();
/** The folder with the encoded pairs. */
const encodedIn = (name: string): string =>
  join(folder, name, entries(name).find((each) => /^[0-9a-f]{40}$/.test(each)) ?? "no such folder");

/** Trains, and returns what was said. */
async function heard(name: string, setting: Setting): Promise<string> {
  const said: string[] = [];
  await run(name, { set, ...setting, onMessage: (message) => said.push(message) });
  return said.join("\n");
}

beforeAll(async () => {
  await run("in-memory", { set, cache: false });
});

describe("a large corpus", () => {
  test("gives the same run, to the bit, when it is encoded and when it was encoded before", async () => {
    const cache = cachedIn("shared");
    const first = await heard("encoded", { cache });
    expectSameRun("encoded", "in-memory");
    expect(first).not.toMatch(/earlier training/);
    const kept = entries("shared");
    expect(kept).toHaveLength(3);
    const second = await heard("encoded-before", { cache });
    expectSameRun("encoded-before", "in-memory");
    expect(second).toMatch(/vocabulary of an earlier training[\s\S]*30 pairs as an earlier training encoded/);
    expect(entries("shared")).toEqual(kept);
  });

  test("of two files, with filters that leave some out, gives the same run", async () => {
    const [sources, targets] = [0, 1].map((side) =>
      [...tsv.trimEnd().split("\n"), "\t", "one cat\tcat one one", `${"one ".repeat(20)}\tcat`].map(
        (line) => line.split("\t")[side],
      ),
    ) as [string[], string[]];
    const spec = {
      source: write("sources", `${sources.join("\n")}\n`),
      target: write("targets", `${targets.join("\n")}\n`),
    };
    const tiny = tinyConfig(corpus, "training.validBleu=0", ...set);
    const config = { ...tiny, data: { ...tiny.data, train: spec } };
    const reports: unknown[] = [];
    const onCorpus: Setting["onCorpus"] = (report) => reports.push(report);
    await run("two-in-memory", { config, cache: false, onCorpus });
    await run("two-in-files", { config, cache: cachedIn("two"), onCorpus });
    await run("two-in-files-again", { config, cache: cachedIn("two"), onCorpus });
    expectSameRun("two-in-files", "two-in-memory");
    expectSameRun("two-in-files-again", "two-in-memory");
    const dropped = { empty: 1, tooLong: 1, ratio: 0, duplicate: 1 };
    expect(reports).toEqual(new Array(3).fill({ kept: 30, dropped }));
  });

  test("is resumed with, and a run in memory goes on from files and back", async () => {
    await stoppedAfter("resumed", 2, { set, cache: cachedIn("resumed-cache") });
    await stoppedAfter("resumed", 4, { set, resume: true, cache: false });
    await run("resumed", { set, resume: true, cache: cachedIn("resumed-cache") });
    expectSameRun("resumed", "in-memory");
  });

  test("has a vocabulary and pairs of its own for other settings", async () => {
    const cache = cachedIn("settings");
    await run("bpe", { set: ["tokenizer.kind=bpe", "tokenizer.vocab=280"], cache });
    await run("words", { set, cache });
    await run("short", { set: [...set, "data.maxTokens=4"], cache });
    // One count, two vocabularies, three times pairs.
    expect(entries("settings")).toHaveLength(6);
  });

  test("is told of while it is prepared", async () => {
    const stages = new Set<string>();
    const onPreparing: Setting["onPreparing"] = (stage) => stages.add(stage);
    await run("watched", { set, cache: cachedIn("watched-cache"), onPreparing });
    expect([...stages]).toEqual(["reading", "vocabulary", "encoding"]);
    stages.clear();
    await run("watched-again", { set, cache: cachedIn("watched-cache"), onPreparing });
    expect([...stages]).toEqual(["reading", "checking"]);
  });
});

describe("what is kept of it", () => {
  test.each([
    ["ids", (path: string): void => flip(join(path, "ids"))],
    ["index", (path: string): void => flip(join(path, "index"))],
    ["the end of ids", (path: string): void => writeFileSync(join(path, "ids"), "")],
    ["about.json", (path: string): void => writeFileSync(join(path, "about.json"), '{"pairs":')],
  ])("is made again when %s is damaged", async (title, damage) => {
    const name = `damaged ${title}`;
    const cache = cachedIn(name);
    await run(`${name} before`, { set, cache });
    damage(encodedIn(name));
    expect(await heard(`${name} after`, { cache })).toMatch(/warning: .* is damaged: making it again/);
    expectSameRun(`${name} after`, "in-memory");
    expect(await heard(`${name} at last`, { cache })).not.toMatch(/warning: .*damaged/);
  });

  test("is made again when a vocabulary is damaged", async () => {
    const cache = cachedIn("vocabulary");
    await run("vocabulary before", { set, cache });
    for (const name of entries("vocabulary").filter((each) => each.endsWith(".json")))
      flip(join(folder, "vocabulary", name));
    expect(await heard("vocabulary after", { cache })).toMatch(/warning: .*json is damaged: making it again/);
    expectSameRun("vocabulary after", "in-memory");
  });

  test("has no name before it is whole, and leaves nothing when a signal or a fault ends it", async () => {
    const controller = new AbortController();
    const onPreparing: Setting["onPreparing"] = (stage) => {
      if (stage === "encoding") controller.abort();
    };
    const cache = cachedIn("stopped-cache");
    const { reason } = await run("stopped", { set, cache, onPreparing, signal: controller.signal });
    expect(reason).toBe("signal");
    expect(existsSync(directory("stopped"))).toBe(false);
    expect(entries("stopped-cache").every((name) => name.endsWith(".json"))).toBe(true);
    const refused = await failure("refused", { set: ["data.maxTokens=2"], cache });
    expect(refused).toMatchObject({ code: "ERR_DATA", message: expect.stringMatching(/30 too long/) });
    expect(entries("stopped-cache").every((name) => name.endsWith(".json"))).toBe(true);
  });

  test("is removed when nobody opened it for 30 days, and what was never finished after an hour", async () => {
    const cache = cachedIn("old");
    await run("old before", { set, cache });
    const [pairs, unfinished] = [encodedIn("old"), join(folder, "old", ".writing-1-x")];
    mkdirSync(unfinished);
    writeFileSync(join(unfinished, "ids"), "");
    writeFileSync(join(folder, "old", "notes.txt"), "kept");
    for (const path of [unfinished, join(unfinished, "ids")]) age(path, 2);
    for (const path of [pairs, join(pairs, "about.json")]) age(path, 31 * 24);
    await run("old after", { set: [...set, "data.maxTokens=4"], cache });
    expect(existsSync(pairs)).toBe(false);
    expect(existsSync(unfinished)).toBe(false);
    expect(readFileSync(join(folder, "old", "notes.txt"), "utf8")).toBe("kept");
  });

  test("stays when it is used", async () => {
    const cache = cachedIn("used");
    await run("used before", { set, cache });
    const pairs = encodedIn("used");
    for (const path of [pairs, join(pairs, "about.json")]) age(path, 31 * 24);
    await run("used again", { set, cache });
    expect(Date.now() - statSync(join(pairs, "about.json")).mtimeMs).toBeLessThan(3_600_000);
    await run("used after", { set: [...set, "data.maxTokens=4"], cache });
    expect(existsSync(pairs)).toBe(true);
  });

  test("cannot be kept where a file is", async () => {
    const file = write("a-file", "");
    const error = await failure("nowhere", { set, cache: { folder: join(file, "cache"), atLeast: 1 } });
    expect(error).toMatchObject({ code: "ERR_CREATE", message: expect.stringMatching(/--cache off/) });
  });

  test("is nothing when the corpus is small or the cache is off", async () => {
    await run("small", { set, cache: { folder: join(folder, "unused") } });
    await run("off", { set, cache: false });
    expect(existsSync(join(folder, "unused"))).toBe(false);
  });
});

/** Changes one bit in the middle of a file. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(path, bytes);
}

function age(path: string, hours: number): void {
  const then = new Date(Date.now() - hours * 3_600_000);
  utimesSync(path, then, then);
}
