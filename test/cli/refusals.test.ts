/** Bad input gets one clear line and the right exit status, and nothing is made. */
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { config, errorOf, folder, heed, tsv } from "./heed.ts";

const { path, write } = folder();
const pairs = write("pairs.tsv", tsv);
const terms = write("terms.json", '[{ "source": "cat", "target": "chat" }]');
const good = config(pairs);
const run = join(path, "run");

interface Refusal {
  readonly title: string;
  readonly yaml: string;
  readonly set?: readonly string[];
  readonly status: number;
  readonly says: RegExp;
}

const unequal = {
  source: write("hundred.en", "a cat\n".repeat(100)),
  target: write("hundred.fr", "un chat\n".repeat(99)),
};
const bomb = `${good}x: &a [1,1,1,1,1,1,1,1,1]\n${[..."bcdefghij"]
  .map((name, i) => `${name}: &${name} [${`*${"abcdefghij"[i]},`.repeat(9)}]\n`)
  .join("")}`;

const refusals: readonly Refusal[] = [
  {
    title: "two files of different lengths",
    yaml: good.replace(/train: \{.*?\}/, `train: ${JSON.stringify(unequal)}`),
    status: 65,
    says: /100.*99|99.*100/,
  },
  {
    title: "a corpus that is not there",
    yaml: config(join(path, "none.tsv")),
    status: 66,
    says: /none\.tsv/,
  },
  { title: "a directory as corpus", yaml: config(path), status: 66, says: /heed-/ },
  {
    title: "a corpus of which nothing is left",
    yaml: config(write("blank.tsv", "\t\n\t\n \tx\n")),
    status: 65,
    says: /3.*empty|empty.*3/,
  },
  {
    title: "a misspelt key",
    yaml: good.replace("dModel", "dmodel"),
    status: 78,
    says: /did you mean.*dModel/,
  },
  { title: "a misspelt key of --set", yaml: good, set: ["model.dmodel=8"], status: 78, says: /did you mean/ },
  {
    title: "a key given twice",
    yaml: `${good}decoding: { beam: 3 }\n`,
    status: 78,
    says: /config-6\.yaml:\d+: .*twice/,
  },
  { title: "__proto__", yaml: `${good}__proto__: { polluted: 1 }\n`, status: 78, says: /__proto__/ },
  { title: "an alias bomb", yaml: bomb, status: 78, says: /alias/ },
  { title: "not a number", yaml: good.replace("0.01", ".nan"), status: 78, says: /learningRate/ },
  {
    title: "a number beyond all numbers",
    yaml: good.replace("0.01", "1e999"),
    status: 78,
    says: /learningRate/,
  },
  {
    title: "a negative count",
    yaml: good,
    set: ["training.epochs=-1"],
    status: 78,
    says: /training\.epochs.*1/,
  },
  { title: "heads that do not divide", yaml: good, set: ["model.heads=3"], status: 78, says: /3 heads.*32/ },
  {
    title: "a loss that is no number",
    yaml: good,
    set: ["training.learningRate=100", "training.optimizer=sgd", "training.clip=0", "training.warmup=0"],
    status: 80,
    says: /examples \d+.*learningRate/,
  },
];

describe("heed train refuses", () => {
  for (const [i, { title, yaml, set = [], status, says }] of refusals.entries()) {
    test(`${title}, with ${status}`, async () => {
      const file = write(`config-${i}.yaml`, yaml);
      const directory = `${run}-${i}`;
      const result = await heed([
        "train",
        file,
        "--run",
        directory,
        ...set.flatMap((each) => ["--set", each]),
      ]);
      expect(result.status, result.stderr).toBe(status);
      expect(errorOf(result)).toMatch(says);
      if (status !== 80) expect(existsSync(directory)).toBe(false);
    });
  }

  test.skipIf(process.getuid?.() === 0)(
    "a directory it may not write, with 73 (skipped as root)",
    async () => {
      const closed = join(path, "closed");
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      const result = await heed(["train", write("config.yaml", good), "--run", join(closed, "run")]);
      expect(result.status).toBe(73);
    },
  );

  test("a device that this system has not, with 78", async () => {
    const device = process.platform === "darwin" ? "dml" : "coreml";
    const result = await heed(["train", write("config.yaml", good), "--run", run, "--device", device]);
    expect(result.status, result.stderr).toBe(78);
    expect(errorOf(result)).toMatch(/^device: .* use one of auto, cpu, wasm, webgpu/);
  });

  test("a run below a file, with 73", async () => {
    const result = await heed(["train", write("config.yaml", good), "--run", join(pairs, "run")]);
    expect(result.status, result.stderr).toBe(73);
    expect(errorOf(result)).toContain("pairs.tsv");
  });
});

describe("the command line", () => {
  test("suggests the command that was meant", async () => {
    const result = await heed(["trian", "config.yaml"]);
    expect(result.status).toBe(64);
    expect(errorOf(result)).toContain("train");
  });

  test("refuses an option out of range and names the range", async () => {
    const result = await heed(["translate", run, "--beam", "1000000000"]);
    expect(result.status).toBe(64);
    expect(errorOf(result)).toContain("1 to 100");
  });

  test.each([
    [["--repetition-penalty", "0.5"], "1 to 100"],
    [["--coverage-penalty", "11"], "0 to 10"],
    [["--top-p", "1.5"], "0 to 1"],
  ])("refuses %j", async (options, range) => {
    const result = await heed(["translate", run, ...options]);
    expect(result.status).toBe(64);
    expect(errorOf(result)).toContain(range);
  });

  test.each([
    [["translate", run, "--target", pairs, "--attention", join(path, "a.jsonl")], "leave out --attention"],
    [["translate", run, "--seed", "7"], "--seed: a search draws nothing; add --sample, or leave out --seed"],
    [["translate", run, "--target", pairs, "--n-best", "2"], "leave out --n-best"],
    [["translate", run, "--target", pairs, "--beam", "2"], "leave out --beam"],
    [["translate", run, "--target", pairs, "--glossary", terms], "leave out --glossary"],
    [["translate", run, "--target", pairs, "--no-repeat-ngram", "2"], "leave out --no-repeat-ngram"],
    [["translate", run, "--target", pairs, "--bias", "a=1"], "leave out --bias"],
    [["generate", run, "--beam", "2", "--top-k", "3"], "leave out --beam or --top-k"],
    [["generate", run, "--beam", "2", "--seed", "3"], "leave out --beam or --seed"],
    [["train", write("c.yaml", good), "--allow-change"], "--allow-change applies only to a resumed run"],
    [["train", write("c.yaml", good), "--from-step", "5"], "--from-step applies only to a resumed run"],
    [["train", write("c.yaml", good), "--resume", "--from-step", "-5"], "neither a number nor best"],
    [
      ["train", write("c.yaml", good), "--run", run, "--resume", path],
      "--run and --resume name different runs",
    ],
  ])("refuses what contradicts itself: %j", async (words, says) => {
    const result = await heed(words);
    expect(result.status, result.stderr).toBe(64);
    expect(errorOf(result)).toContain(says);
    expect(existsSync(join(path, "a.jsonl"))).toBe(false);
  });

  test("shows control characters escaped", async () => {
    const result = await heed(["translate", "\u001b[31mred\u202e"]);
    expect(result.status).toBe(66);
    expect(errorOf(result)).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
  });

  test("explains itself, with examples", async () => {
    const { status, stdout } = await heed(["train", "--help"]);
    expect(status).toBe(0);
    for (const part of ["source<TAB>target", "--resume", "Examples:"]) expect(stdout).toContain(part);
  });
});
