/** The commands on real files: what they print, write and return. */

import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { asPath } from "../../src/cli/commands/export.ts";
import { bin } from "../built.ts";
import { config, errorOf, finished, folder, heed, start, tsv, until } from "./heed.ts";

const { path, write } = folder();
const run = join(path, "run");
let configFile: string;
let trained: Awaited<ReturnType<typeof heed>>;

beforeAll(async () => {
  configFile = write("config.yaml", config(write("pairs.tsv", tsv)));
  trained = await heed(["train", configFile, "--run", run, "--json"]);
});

test.each([
  ["models/mine", "./models/mine"],
  [".hidden", "./.hidden"],
  ["./models", "./models"],
  ["../models", "../models"],
  ["/tmp/models", "/tmp/models"],
])("export says to open %s as %s", (folder, path) => {
  expect(asPath(folder)).toBe(path);
});

describe("heed train", () => {
  test("prints one JSON object with the documented keys", () => {
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/^device: cpu \(native ONNX Runtime [\d.]+, \d+ threads?\)$/m);
    const result = JSON.parse(trained.stdout);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(["run", "steps", "epochs", "seconds", "tokensPerSecond", "loss", "valid"]),
    );
    expect(result.epochs).toBe(12);
    expect(result.valid.bleu).toBeGreaterThan(90);
  });

  test("writes the run directory", () => {
    for (const name of [
      "config.yaml",
      "tokenizer.json",
      "model.safetensors",
      "metrics.jsonl",
      "checkpoints",
    ]) {
      expect(existsSync(join(run, name)), name).toBe(true);
    }
    expect(existsSync(join(run, "lock"))).toBe(false);
    expect(readFileSync(join(run, "config.yaml"), "utf8")).toContain("labelSmoothing: 0.1");
  });

  test("does not overwrite a run", async () => {
    const again = await heed(["train", configFile, "--run", run]);
    expect(again.status).toBe(73);
    expect(errorOf(again)).toContain("continue it with --resume");
  });

  test("goes on with --resume, --resume auto and --resume DIR", async () => {
    for (const resume of [
      ["--run", run, "--resume"],
      ["--run", run, "--resume", "auto"],
      ["--resume", run],
    ]) {
      const resumed = await heed(["train", configFile, ...resume, "--json"]);
      expect(resumed.status, resumed.stderr).toBe(0);
      expect(JSON.parse(resumed.stdout).steps).toBe(JSON.parse(trained.stdout).steps);
    }
    const nowhere = await heed(["train", configFile, "--resume", join(path, "nowhere")]);
    expect(nowhere.status).toBe(66);
  });

  test("refuses to resume with another seed and says which", async () => {
    const other = await heed(["train", configFile, "--run", run, "--resume", "--set", "seed=7"]);
    expect(other.status).toBe(78);
    expect(errorOf(other)).toContain("seed was 42 and is 7");
  });

  test("finishes the step, saves and returns 143 on SIGTERM", async () => {
    const directory = join(path, "stopped");
    const long = ["--set", "training.epochs=100000", "--set", "training.validBleu=0"];
    const child = start("train", configFile, "--run", directory, ...long);
    const ended = finished(child);
    await until(() => existsSync(join(directory, "checkpoints")), child);
    child.kill("SIGTERM");
    const { status, stderr } = await ended;
    expect(status, stderr).toBe(143);
    expect(stderr).toContain(
      `resume with: heed train ${configFile} --run ${directory} ${long.join(" ")} --resume`,
    );
    expect(existsSync(join(directory, "lock"))).toBe(false);
  });

  test("goes on training when nobody reads its progress any more", async () => {
    const directory = join(path, "unheard");
    const metrics = join(directory, "metrics.jsonl");
    const long = ["--set", "training.epochs=100000", "--set", "training.validateEvery=5"];
    const child = start("train", configFile, "--run", directory, ...long);
    await until(() => existsSync(metrics), child);
    child.stderr.destroy();
    const size = statSync(metrics).size;
    await until(() => statSync(metrics).size > size + 5000, child);
    expect(child.exitCode).toBe(null);
    child.kill("SIGTERM");
    await new Promise((resolve) => child.on("exit", resolve));
    expect(child.exitCode).toBe(143);
  });

  test("a second trainer on one run is told who holds it", async () => {
    const directory = join(path, "held");
    const long = ["--run", directory, "--set", "training.epochs=100000"];
    const child = start("train", configFile, ...long);
    const ended = finished(child);
    await until(() => existsSync(join(directory, "lock")), child);
    const second = await heed(["train", configFile, ...long]);
    child.kill("SIGKILL");
    await ended;
    expect(second.status).toBe(75);
    expect(errorOf(second)).toContain(`process ${child.pid}`);
  });
});

describe("heed translate", () => {
  test("writes one line for each line, blank ones included", async () => {
    const { status, stdout, stderr } = await heed(
      ["translate", run],
      "the cat eats the bread\n\n \nmy father sees the cake\n",
    );
    expect(status, stderr).toBe(0);
    expect(stdout.split("\n")).toEqual(["le chat mange le pain", "", "", "mon père voit le gâteau", ""]);
  });

  test("gives the same text whatever ends the lines, and nothing for nothing", async () => {
    const plain = await heed(["translate", run], "the cat eats the bread\nthe dog wants the apple\n");
    const windows = await heed(
      ["translate", run],
      "\uFEFFthe cat eats the bread\r\nthe dog wants the apple\r\n",
    );
    const unended = await heed(["translate", run], "the cat eats the bread\nthe dog wants the apple");
    expect(windows.stdout).toBe(plain.stdout);
    expect(unended.stdout).toBe(plain.stdout);
    expect(await heed(["translate", run])).toMatchObject({ status: 0, stdout: "" });
  });

  const words = write("words.json", '[{ "source": "cat", "target": "chat" }]');
  test.each([
    [["--min-length", "9", "--max-length", "5"], "--min-length: 9 is more than --max-length 5"],
    [["--min-length", "5000"], "--min-length: 5000 is more than the 255 tokens that the model can write"],
    [["--bias", "zebra=1"], '--bias: "zebra" is not in the target\'s vocabulary'],
    [["--prefix", "zebra"], '--prefix: "zebra" has a word that is not in the target\'s vocabulary'],
    [["--beam", "4", "--sample"], "--beam: cannot be combined with --sample, which draws translations"],
    [["--prefix", "le", "--glossary", words], "leave out --glossary or --prefix"],
    [["--sample", "--glossary", words], "leave out --glossary or --sample"],
    [["--length-penalty", "none"], '--length-penalty: "none" is not gnmt or average'],
  ])("refuses %j in the words of the command line", async (flags, says) => {
    const refused = await heed(["translate", run, ...flags], "the cat\n");
    expect([refused.status, refused.stdout]).toEqual([64, ""]);
    expect(refused.stderr).toContain(says);
  });

  test("gives every line as many as asked for, whatever it holds, and one line of each", async () => {
    const found = await heed(["translate", run, "--n-best", "2"], "the cat eats the bread\n\nthe dog\n");
    expect(found.stdout.split("\n"), found.stderr).toHaveLength(7);
    const long = await heed(["translate", run], `${"the cat ".repeat(300)}\nthe dog\n`);
    expect(long.stdout.split("\n")).toHaveLength(3);
    expect(long.stderr).toMatch(/heed: 1 line was cut off after \d+ tokens/);
    const target = write("two.txt", "le chat\nle chien\n");
    const scored = await heed(
      ["translate", run, "--target", target, "--json"],
      `${"the cat ".repeat(300)}\nthe dog\n`,
    );
    expect(scored.stdout).not.toContain("isCut");
    expect(scored.stderr).toMatch(/heed: 1 line was cut off after \d+ tokens/);
  });

  test("--json has the documented keys and --n-best hypotheses, best first", async () => {
    const { stdout } = await heed(["translate", run, "--json", "--n-best", "3"], "the dog eats the cake\n");
    const result = JSON.parse(stdout);
    expect(Object.keys(result)).toEqual(["source", "hypotheses"]);
    expect(result.hypotheses).toHaveLength(3);
    expect(Object.keys(result.hypotheses[0])).toEqual(["text", "score", "tokens"]);
    const scores = result.hypotheses.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test("begins with --prefix, draws with a seed, and takes further runs as an ensemble", async () => {
    const line = "the cat eats the bread\n";
    const prefixed = await heed(["translate", run, "--prefix", "mon père"], line);
    expect(prefixed.stdout, prefixed.stderr).toMatch(/^mon père/);
    const varied = await heed(["translate", run, "--no-repeat-ngram", "1", "--json"], line);
    const { tokens } = JSON.parse(varied.stdout).hypotheses[0];
    expect(new Set(tokens).size, tokens.join(" ")).toBe(tokens.length);
    const drawn = ["translate", run, "--temperature", "3", "--seed", "5", "--n-best", "2"];
    const once = await heed(drawn, line);
    expect(once.stdout.split("\n"), once.stderr).toHaveLength(3);
    expect((await heed(drawn, line)).stdout).toBe(once.stdout);
    const together = await heed(["translate", run, "--ensemble", run, "--bias", "chat=-Infinity"], line);
    expect(together.status, together.stderr).toBe(0);
    expect(together.stdout).not.toContain("chat");
  });

  test("--target scores what it would have said as its search did; --attention writes where it looked", async () => {
    const lines = "the cat eats the bread\n\nmy father sees the cake\n";
    const looked = join(path, "looked.jsonl");
    const translated = await heed(["translate", run, "--json", "--attention", looked], lines);
    const found = translated.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).hypotheses[0]);
    const target = write("target.txt", found.map(({ text }) => `${text}\n`).join(""));
    const scored = await heed(["translate", run, "--target", target, "--json"], lines);
    const forced = scored.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(Object.keys(forced[0])).toEqual([
      ...["source", "target", "score", "logProbability", "tokens", "logProbabilities"],
    ]);
    for (const i of [0, 2]) expect(forced[i].score).toBeCloseTo(found[i].score, 4);
    const [first, blank] = readFileSync(looked, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.hypotheses[0].tokens).toEqual([...found[0].tokens, "</s>"]);
    expect(first.hypotheses[0].weights).toHaveLength(first.hypotheses[0].tokens.length);
    expect(first.hypotheses[0].weights[0]).toHaveLength(first.sourceTokens.length);
    expect(blank.hypotheses).toEqual([]);
    const short = await heed(["translate", run, "--target", write("short.txt", "le chat\n")], lines);
    expect(short.status).toBe(65);
    expect(errorOf(short)).toContain("ends after line 1, but standard input has more lines");
  });

  test("--attention has what the model saw of a line that it cut", async () => {
    const looked = join(path, "cut.jsonl");
    const { status, stderr } = await heed(
      ["translate", run, "--attention", looked],
      `${"the cat ".repeat(300)}\n`,
    );
    expect(status, stderr).toBe(0);
    const { source, sourceTokens, hypotheses } = JSON.parse(readFileSync(looked, "utf8"));
    expect(source.split(" ").length).toBeGreaterThan(600);
    const reads = Number(/cut off after (\d+) tokens/.exec(stderr)?.[1]);
    expect([sourceTokens.length, sourceTokens.at(-1)]).toEqual([reads, "</s>"]);
    expect(hypotheses[0].weights).toHaveLength(hypotheses[0].tokens.length);
    for (const row of hypotheses[0].weights) expect(row).toHaveLength(reads);
  });

  test("--min-length is honoured beyond the usual limit, --bias takes words", async () => {
    const line = "the cat eats the bread\n";
    const long = await heed(["translate", run, "--min-length", "40", "--json"], line);
    expect(JSON.parse(long.stdout).hypotheses[0].tokens.length, long.stderr).toBeGreaterThanOrEqual(40);
    const without = await heed(["translate", run, "--bias", "le pain=-Infinity"], line);
    expect(without.stdout, without.stderr).not.toContain("le pain");
  });

  test("--glossary has words used, and says which could not be", async () => {
    const terms = [
      { source: "cat", target: ["chien", "enfant"] },
      { source: "The bread", target: "la pomme" },
      { source: "father", target: "xylophone" },
    ];
    const glossary = write("terms.json", JSON.stringify(terms));
    const lines = "the cat eats the bread\n\nthe dog eats the cake\nmy father sees the cake\n";
    const { status, stdout, stderr } = await heed(["translate", run, "--glossary", glossary], lines);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(
      /^.*(chien|enfant).* la pomme\n\nle chien mange le gâteau\nmon père voit le gâteau\n$/,
    );
    expect(stderr).toContain("heed: 1 term of the glossary could not be used; --json says where\n");
    const told = await heed(["translate", run, "--glossary", glossary, "--json"], lines);
    const results = told.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(results.map(({ hypotheses }) => `${hypotheses[0].text}\n`).join("")).toBe(stdout);
    expect(results.map(({ missingTerms }) => missingTerms)).toEqual([
      undefined,
      undefined,
      undefined,
      ["father"],
    ]);
    expect(Object.keys(results[0].hypotheses[0])).toEqual(["text", "score", "tokens"]);
  });

  test.each([
    ["nowhere", undefined, 66, "nowhere.json: cannot be read (ENOENT)"],
    ["half", "[{", 65, "half.json: it is not JSON"],
    ["empty", "[]", 65, "empty.json: it has no terms; write"],
    ["object", "{}", 65, "object.json: Invalid input: expected array, received object; write"],
    [
      "blank",
      '[{"source":"a","target":"b"},{"source":" ","target":"b"}]',
      65,
      "blank.json, term 2: source: ",
    ],
    ["formless", '[{"source":"a","target":[]}]', 65, "formless.json, term 1: target: Too small"],
    ["latin", Uint8Array.from([0x5b, 0x22, 0xe9, 0x22, 0x5d]), 65, "latin.json: it is not UTF-8; write"],
  ] as const)("refuses a glossary that is %s", async (name, content, exit, message) => {
    const file = content === undefined ? join(path, `${name}.json`) : write(`${name}.json`, content);
    const refused = await heed(["translate", run, "--glossary", file], "the cat\n");
    expect(refused.status).toBe(exit);
    expect(errorOf(refused)).toContain(message);
    expect(refused.stdout).toBe("");
  });

  test("answers a line before the next one comes", async () => {
    const child = start("translate", run);
    const ended = finished(child);
    child.stdin.write("the cat eats the bread\n");
    let answered = false;
    child.stdout.once("data", () => {
      answered = true;
    });
    await until(() => answered, child);
    child.stdin.end("the dog sees the cake\n");
    expect((await ended).stdout).toBe("le chat mange le pain\nle chien voit le gâteau\n");
  });

  test("names line and byte of what is not UTF-8, or replaces it and counts", async () => {
    const bytes = new Uint8Array([...Buffer.from("the cat\nthe "), 0xff, ...Buffer.from(" dog\n")]);
    const refused = await heed(["translate", run], bytes);
    expect(refused.status).toBe(65);
    expect(errorOf(refused)).toMatch(/standard input:2.*byte/);
    const replaced = await heed(["translate", run, "--invalid-utf8", "replace"], bytes);
    expect(replaced.status).toBe(0);
    expect(replaced.stdout.split("\n")).toHaveLength(3);
    expect(replaced.stderr).toContain("1 line");
  });

  test.skipIf(!existsSync("/dev/full"))(
    "returns 74 when the result cannot be written (needs /dev/full)",
    async () => {
      const shell = await heedToFull();
      expect(shell.status).toBe(74);
    },
  );
});

describe("heed evaluate and heed score", () => {
  test("print the documented keys with sacreBLEU's signature", async () => {
    const source = write(
      "source.txt",
      "the cat eats the bread\nthe dog sees the cake\nmy father wants the apple\n",
    );
    const french = "le chat mange le pain\nle chien voit le gâteau\nmon père veut la pomme\n";
    const reference = write("reference.txt", french);
    const evaluated = await heed(["evaluate", run, "--source", source, "--reference", reference, "--json"]);
    expect(evaluated.status, evaluated.stderr).toBe(0);
    const result = JSON.parse(evaluated.stdout);
    expect(Object.keys(result)).toEqual(["sentences", "bleu", "chrf", "seconds"]);
    expect(result.bleu.score).toBeCloseTo(100, 6);
    expect(result.bleu.signature).toContain("tok:13a");
    const perplexed = await heed([
      ...["evaluate", run, "--source", source, "--reference", reference],
      ...["--metrics", "ter,perplexity,chrf++", "--lowercase", "--json"],
    ]);
    const further = JSON.parse(perplexed.stdout);
    expect(Object.keys(further)).toEqual(["sentences", "ter", "chrf++", "perplexity", "seconds"]);
    expect(further.ter).toEqual({ score: 0, signature: expect.stringContaining("tok:tercom") });
    // The model knows these sentences by heart: one of few words each time, hardly any doubt.
    expect(further.perplexity).toBeGreaterThan(1);
    expect(further.perplexity).toBeLessThan(1.5);
    const scored = JSON.parse((await heed(["score", reference, "--reference", reference, "--json"])).stdout);
    expect(scored.bleu).toEqual(result.bleu);
    expect(scored.sentences).toBe(3);
  });

  test("count exact matches when asked", async () => {
    const said = write("said.txt", "AE1 B\nB EY1\n");
    const right = write("right.txt", "AE1 B\nB EY0\n");
    const plain = await heed(["score", said, "--reference", right, "--metrics", "exact"]);
    expect([plain.status, plain.stdout]).toEqual([0, "exact 50.00 %\n"]);
    const asJson = await heed(["score", said, "--reference", right, "--metrics", "exact,bleu", "--json"]);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      sentences: 2,
      exact: 50,
      bleu: { score: expect.any(Number) },
    });
    const unknown = await heed(["score", said, "--reference", right, "--metrics", "exakt"]);
    expect(unknown.status).toBe(64);
    expect(errorOf(unknown)).toMatch(/"exakt" is not a metric.*choose bleu, chrf, chrf\+\+, ter, exact/);
  });

  test("refuse texts of different lengths with both counts", async () => {
    const long = write("long.txt", "a\n".repeat(100));
    const short = write("short.txt", "a\n".repeat(99));
    const scored = await heed(["score", long, "--reference", short]);
    expect(scored.status).toBe(65);
    expect(errorOf(scored)).toMatch(/99 lines.*100/);
  });
});

async function heedToFull(): Promise<{ status: number | null }> {
  const child = spawn(process.execPath, [bin, "translate", run], {
    stdio: ["pipe", openSync("/dev/full", "w"), "pipe"],
  });
  child.stdin?.end("the cat eats the bread\n");
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status }));
  });
}
