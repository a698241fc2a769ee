/** Jobs in shards: parts that are merged are what one process writes, whatever happened to a shard on the way. */
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { config, errorOf, type Finished, finished, folder, heed, start, tsv, until } from "./heed.ts";

const { path, write } = folder();
const [forth, back] = [join(path, "forth"), join(path, "back")];
const reversed = tsv.replace(/(.*)\t(.*)/g, "$2\t$1");
/** Four blocks, the last one short, with a blank line and no sentence where it was a block before. */
const sides = Array.from({ length: 100 }, (_, i) => (i === 70 ? `${tsv}\t\n` : tsv))
  .join("")
  .split("\n")
  .slice(0, -1)
  .map((line, i) => (i % 37 === 0 ? line.split(" ").slice(0, 3).join(" ").concat("\t", line) : line))
  .map((line) => line.split("\t") as [string, string]);
const pairs = write("test.tsv", sides.map(([source, target]) => `${source}\t${target}\n`).join(""));
const input = sides.map(([source]) => `${source}\n`).join("");
const source = write("test.en", input);
const target = write("test.fr", sides.map(([, text]) => `${text}\n`).join(""));
const terms = write("terms.json", '[{"source": "cat", "target": "chien"}]');
const gold = write("test.links", sides.map(([source]) => (source === "" ? "\n" : "0-0 1p1 2-2\n")).join(""));

const succeed = async (args: readonly string[], text?: string): Promise<Finished> => {
  const done = await heed(args, text);
  expect(done.status, done.stderr).toBe(0);
  return done;
};
/** What three shards and a merge print. */
async function inShards(name: string, args: readonly string[], text?: string): Promise<Finished> {
  const parts = join(path, name);
  for (const i of [2, 3, 1]) await succeed([...args, "--shard", `${i}/3`, "--parts", parts], text);
  expect(readdirSync(parts)).toEqual(["part-1-of-3", "part-2-of-3", "part-3-of-3"]);
  return succeed(["merge", parts]);
}
const translate = ["translate", forth];

beforeAll(async () => {
  for (const [run, text] of [
    [forth, tsv],
    [back, reversed],
  ] as const)
    await succeed(["train", write("config.yaml", config(write("pairs.tsv", text))), "--run", run]);
  expect(sides.length).toBe(3601);
}, 120_000);

describe("three shards and one process print the same", () => {
  test.each([
    ["translations", []],
    ["translations as JSON, scores included", ["--json"]],
    ["several hypotheses", ["--n-best", "2", "--beam", "3"]],
    ["scores of given translations", ["--target", target]],
    ["with a glossary", ["--glossary", terms]],
  ])("%s", async (name, options) => {
    const whole = await succeed([...translate, ...options], input);
    const merged = await inShards(name, [...translate, ...options], input);
    expect(merged.stdout).toBe(whole.stdout);
    expect(merged.stderr).toBe("3 parts, 3601 lines\n");
  });

  test.each([
    ["links", []],
    ["links of two directions with their error rate", ["--reverse", back, "--gold", gold, "--json"]],
  ])("%s", async (name, options) => {
    const args = ["align", forth, "--pairs", pairs, ...options];
    expect((await inShards(name, args)).stdout).toBe((await succeed(args)).stdout);
  });

  test("scores of a test set, from its counts", async () => {
    const args = ["evaluate", forth, "--source", source, "--reference", target, "--json"];
    const { seconds: _, ...whole } = JSON.parse((await succeed(args)).stdout);
    const { seconds, ...merged } = JSON.parse((await inShards("scores", args)).stdout);
    expect(merged).toEqual(whole);
    expect(seconds).toBeGreaterThan(0);
    expect(whole.sentences).toBe(3601);
  });

  test("attention, in its own file", async () => {
    const file = join(path, "attention.jsonl");
    const args = [...translate, "--attention", file];
    const whole = await succeed(args, input);
    const attention = readFileSync(file, "utf8");
    rmSync(file);
    expect((await inShards("attention", args, input)).stdout).toBe(whole.stdout);
    expect(readFileSync(file, "utf8") === attention).toBe(true);
    expect(attention.split("\n")).toHaveLength(3602);
  });

  test.each([
    ["files of a test set in two files", 3601, ["--source", source, "--reference", target]],
    // Sources are repeated, but every line has its translation.
    ["files of a test set in pairs", 49, ["--pairs", pairs]],
  ])("%s", async (name, sentences, files) => {
    const [output, calibration] = [join(path, "mine.fr"), join(forth, "calibration.json")];
    const wanted = ["--output", output, "--calibrate", "--metrics", "ter,perplexity"];
    const args = ["evaluate", forth, ...files, ...wanted, "--json"];
    const { seconds: _, ...whole } = JSON.parse((await succeed(args)).stdout);
    const written = [output, calibration].map((file) => readFileSync(file, "utf8"));
    for (const file of [output, calibration]) rmSync(file);
    const { seconds, ...merged } = JSON.parse((await inShards(name, args)).stdout);
    expect(merged).toEqual(whole);
    expect([output, calibration].map((file) => readFileSync(file, "utf8"))).toEqual(written);
    expect(whole.sentences).toBe(sentences);
    expect(written[0]?.split("\n")).toHaveLength(3602);
    expect(whole.perplexity).toBeGreaterThan(1);
  });

  test("a calibration is not written into another run", async () => {
    const [run, parts] = [join(path, "copied"), join(path, "calibration")];
    cpSync(forth, run, { recursive: true });
    const calibration = join(run, "calibration.json");
    rmSync(calibration, { force: true });
    await succeed(["evaluate", run, "--pairs", pairs, "--calibrate", "--shard", "1/1", "--parts", parts]);
    rmSync(run, { recursive: true });
    cpSync(back, run, { recursive: true });
    const { status, stderr } = await heed(["merge", parts]);
    expect([status, stderr]).toEqual([66, expect.stringContaining("is not the run whose translations")]);
    expect(existsSync(calibration)).toBe(false);
  });

  test("perplexity alone, which translates nothing", async () => {
    const args = ["evaluate", forth, "--pairs", pairs, "--metrics", "perplexity", "--json"];
    const whole = (await succeed(args)).stdout;
    expect((await inShards("perplexity", args)).stdout).toBe(whole);
    expect(JSON.parse(whole).seconds).toBe(0);
  });

  test("perplexity of a language model", async () => {
    const text = write("text.txt", input);
    const yaml = config(pairs)
      .replace(
        /data: .*/,
        `task: generate\ndata: { train: { text: ${text} }, valid: { text: ${text} }, context: 16 }`,
      )
      .replace(/epochs: 12/, "steps: 5")
      .replace(/decoding: .*/, "");
    const run = join(path, "language");
    await succeed(["train", write("language.yaml", yaml), "--run", run]);
    for (const options of [[], ["--json"]]) {
      const args = ["evaluate", run, "--text", text, ...options];
      expect((await inShards(`text${options}`, args)).stdout).toBe((await succeed(args)).stdout);
    }
  });

  test("fewer lines than shards have blocks, and none", async () => {
    for (const [name, text] of [
      ["few", "the cat eats the bread\n"],
      ["none", ""],
    ] as const)
      expect((await inShards(name, translate, text)).stdout).toBe((await succeed(translate, text)).stdout);
  });

  test("accuracy of a classifier", async () => {
    const text = sides.map(([source, words]) => `${words.includes("pain")}\t${source}.\n`).join("");
    const labelled = write("labelled.tsv", text);
    const all = `{ labelled: ${JSON.stringify(labelled)} }`;
    const yaml = config(pairs)
      .replace(/data: .*/, `task: classify\ndata: { train: ${all}, valid: ${all} }`)
      .replace(/epochs: 12/, "steps: 5")
      .replace(/decoding: .*/, "");
    const run = join(path, "classifier");
    await succeed(["train", write("classify.yaml", yaml), "--run", run]);
    const args = ["evaluate", run, "--labelled", labelled, "--json"];
    expect((await inShards("accuracy", args)).stdout).toBe((await succeed(args)).stdout);
  });

  test("the cells of a sweep", async () => {
    const sweep = write("sweep.yaml", "seeds: [1, 2]\ngrid: { model.heads: [1, 2] }\n");
    const quick = ["--set", "training.epochs=1", "--set", "training.validBleu=0"];
    const runs = join(path, "sweep");
    const yaml = write("swept.yaml", config(write("swept.tsv", tsv)));
    const args = ["train", yaml, "--sweep", sweep, ...quick, "--run", runs];
    for (const i of [1, 2, 3]) await succeed([...args, "--shard", `${i}/3`]);
    const cellsOf = ({ stdout }: Finished): unknown[] =>
      stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    const merged = cellsOf(await succeed(["merge", runs]));
    expect(merged).toHaveLength(4);
    // Started again without shards, every cell is done before.
    expect(merged).toEqual(cellsOf(await succeed([...args, "--json"])));
  });
});

describe("a shard", () => {
  const parts = join(path, "killed");
  const shard = (share: string): string[] => [
    ...translate,
    "--beam",
    "8",
    "--shard",
    share,
    "--parts",
    parts,
  ];

  test("that is killed leaves no part; run again alone, it completes the job", async () => {
    await succeed(shard("2/2"), input);
    const child = start(...shard("1/2"));
    child.stdin.on("error", () => undefined);
    child.stdin.write(input.slice(0, input.length / 2));
    await until(() => readdirSync(parts).some((name) => name.startsWith(".writing-")), child);
    child.kill("SIGKILL");
    await finished(child);
    expect(readdirSync(parts).filter((name) => !name.startsWith("."))).toEqual(["part-2-of-2"]);
    const merged = await heed(["merge", parts]);
    expect([merged.status, merged.stdout]).toEqual([65, ""]);
    expect(errorOf(merged)).toBe(`${parts}: lacks part-1-of-2; run this shard again`);
    await succeed(shard("1/2"), input);
    expect(readdirSync(parts)).toEqual(["part-1-of-2", "part-2-of-2"]);
    const whole = await succeed([...translate, "--beam", "8"], input);
    expect((await succeed(["merge", parts])).stdout).toBe(whole.stdout);
  });

  test("that is done already is left alone", async () => {
    const before = readFileSync(join(parts, "part-1-of-2"));
    const again = await succeed(shard("1/2"), input);
    expect(again.stderr).toContain(`${join(parts, "part-1-of-2")} is there already\n`);
    expect(readFileSync(join(parts, "part-1-of-2"))).toEqual(before);
  });

  test("is refused where its part is of another input, other options or another number of shares", async () => {
    const other = await heed(shard("1/2"), `${input}the cat\n`);
    expect([other.status, errorOf(other)]).toEqual([
      73,
      `${join(parts, "part-1-of-2")}: is of another job: the model, the options or the input differ; remove it, or choose another --parts`,
    ]);
    expect((await heed([...shard("1/2"), "--alpha", "0"], input)).status).toBe(73);
    const third = await heed(shard("1/3"), input);
    expect(errorOf(third)).toBe(
      `${parts}: holds parts of 2 shares, not of 3; write the same number, or another folder`,
    );
  });
});

describe("heed merge refuses", () => {
  const parts = join(path, "translations");
  const part = join(parts, "part-2-of-3");
  const refusal = async (): Promise<string> => {
    const { status, stdout, ...said } = await heed(["merge", parts]);
    expect([status, stdout]).toEqual([65, ""]);
    return errorOf({ status, stdout, ...said });
  };

  test("a damaged part", async () => {
    const good = readFileSync(part);
    for (const at of [3, 400, good.length - 200, good.length - 20]) {
      const bad = Buffer.from(good);
      bad.writeUInt8((bad[at] as number) ^ 1, at);
      writeFileSync(part, bad);
      expect(await refusal(), `byte ${at}`).toContain("part-2-of-3: ");
    }
    writeFileSync(part, good.subarray(0, good.length / 2));
    expect(await refusal()).toBe(`${part}: is no part, or damaged; remove it and run its shard again`);
    writeFileSync(part, good);
  });

  test("a part of another model, another search or other lines, and one under another's name", async () => {
    const good = readFileSync(part);
    const other = join(path, "other");
    for (const [args, text, names] of [
      [["translate", back], input, "models"],
      [["translate", forth, "--alpha", "0"], input, "alpha"],
      [["translate", forth], input.replace("cat", "dog"), "input"],
    ] as const) {
      await succeed([...args, "--shard", "2/3", "--parts", other], text);
      copyFileSync(join(other, "part-2-of-3"), part);
      expect(await refusal()).toContain(`is not of the same job as part-1-of-3: ${names} differs`);
      rmSync(other, { recursive: true });
    }
    copyFileSync(join(parts, "part-3-of-3"), part);
    expect(await refusal()).toBe(
      `${part}: does not have the lines of its shard; remove it and run its shard again`,
    );
    writeFileSync(part, good);
  });

  test("a folder without parts, and none", async () => {
    expect((await heed(["merge", forth])).status).toBe(65);
    expect((await heed(["merge", join(path, "nowhere")])).status).toBe(66);
    expect(existsSync(join(path, "nowhere"))).toBe(false);
  });
});
