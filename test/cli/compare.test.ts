/** `heed score` with all it can be asked for, and `heed compare`. */
import { describe, expect, test } from "vitest";
import { errorOf, folder, heed } from "./heed.ts";

const { write } = folder();
const subjects = ["the cat", "a dog", "my father", "the old man", "one child"];
const verbs = ["sees", "wants", "eats", "likes"];
const right = subjects.flatMap((subject) => verbs.map((verb) => `${subject} ${verb} the red apple today .`));
const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");

const reference = write("reference.txt", lines(right));
const other = write("other.txt", lines(right.map((text) => text.replace("today", "now"))));
/** Wrong in every second sentence, right in all but two. */
const baseline = write(
  "baseline.txt",
  lines(right.map((text, i) => (i % 2 === 0 ? text : text.replace(/red apple/u, "green pear")))),
);
const better = write(
  "better.txt",
  lines(right.map((text, i) => (i === 0 || i === 1 ? "\u001b[31mnothing\u202e of it" : text))),
);

describe("heed score", () => {
  test("prints every metric with its signature, and intervals when asked", async () => {
    const metrics = ["--metrics", "bleu,chrf++,ter,exact", "--confidence", "--resamples", "100"];
    const { status, stdout } = await heed(["score", baseline, "--reference", reference, ...metrics]);
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(
        /^BLEU \d\d\.\d\d \(μ = \d\d\.\d\d ± \d+\.\d\d\) {2}nrefs:1\|bs:100\|seed:12345\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:2\.6\.0$/u,
      ),
      expect.stringMatching(/^chrF\+\+ .*\|case:mixed\|eff:yes\|nc:6\|nw:2\|space:no\|/u),
      expect.stringMatching(/^TER .*\|case:lc\|tok:tercom\|norm:no\|punct:yes\|asian:no\|/u),
      expect.stringMatching(/^exact 50\.00 % \(μ = \d\d\.\d\d ± \d+\.\d\d\)$/u),
      "",
    ]);
  });

  test("passes its options on, and shows them in short signatures", async () => {
    const { stdout } = await heed([
      ...["score", baseline, "--reference", reference, "--reference", other, "--short"],
      ...["--metrics", "bleu,chrf,ter", "--tokenize", "intl", "--smoothing", "floor=0.01", "--lowercase"],
      ...["--effective-order", "--chrf-eps-smoothing"],
      ...["--chrf-char-order", "4", "--chrf-word-order", "1", "--chrf-beta", "3", "--chrf-whitespace"],
      ...["--ter-normalized", "--ter-no-punct", "--ter-asian-support", "--ter-case-sensitive"],
    ]);
    expect(stdout.split("\n").map((line) => line.split("  ")[1])).toEqual([
      "#:2|c:lc|e:yes|tok:intl|s:floor[0.01]|v:2.6.0",
      "#:2|c:lc|e:no|nc:4|nw:1|s:yes|v:2.6.0",
      "#:2|c:mixed|t:tercom|nr:yes|pn:no|as:yes|v:2.6.0",
      undefined,
    ]);
  });

  test("prints the scores of sentences before the total", async () => {
    const args = ["score", baseline, "--reference", reference, "--sentences", "--metrics", "ter,exact"];
    const { stdout } = await heed(args);
    const [head, first, second, ...rest] = stdout.split("\n");
    expect([head, first, second]).toEqual(["line\tTER\texact", "1\t0.00\t100.00", "2\t25.00\t0.00"]);
    expect(rest.at(-4)).toBe("");
    expect(rest.at(-3)).toMatch(/^TER 12\.\d\d {2}nrefs:1/u);
    const objects = (await heed([...args, "--json"])).stdout.trim().split("\n");
    expect(objects).toHaveLength(right.length + 1);
    expect(JSON.parse(objects[1] ?? "")).toEqual({ line: 2, ter: 25, exact: 0 });
    expect(JSON.parse(objects.at(-1) ?? "")).toMatchObject({ sentences: right.length, exact: 50 });
  });

  test.each([
    [["--tokenize", "spm"], /"spm" is not a supported tokeniser; choose 13a, intl, zh, char, none/],
    [["--smoothing", "flor"], /"flor" is not a smoothing; choose exp, floor, add-k, none/],
    [["--smoothing", "exp=2"], /only floor and add-k take a value/],
    [["--smoothing", "floor=-1"], /only floor and add-k take a value/],
    [["--chrf-char-order", "2.5"], /must be a whole number from 1 to 20/],
    [["--metrics", "bleu,perplexity"], /"perplexity" is not a metric/],
  ])("refuses %j", async (args, message) => {
    const refused = await heed(["score", baseline, "--reference", reference, ...args]);
    expect(refused.status).toBe(64);
    expect(errorOf(refused)).toMatch(message);
  });
});

describe("heed compare", () => {
  const compare = (...args: string[]) =>
    heed(["compare", baseline, better, baseline, "--reference", reference, ...args]);

  test("prints a table for each metric and the sentences that changed most", async () => {
    const { status, stdout } = await compare("--metrics", "bleu,ter", "--samples", "200", "--changes", "3");
    expect(status).toBe(0);
    const rows = stdout.split("\n");
    expect(rows[0]).toBe("3 systems, 20 sentences");
    expect(rows[2]).toMatch(/^BLEU {2}nrefs:1\|bs:200\|seed:12345\|/u);
    expect(rows[4]).toMatch(/^baseline\.txt +\d\d\.\d\d +\d\d\.\d\d ± +\d+\.\d\d +\(baseline\)$/u);
    expect(rows[5]).toMatch(/^better\.txt .* \+\d+\.\d\d +0\.\d{4}[* ] +9 +2 +9$/u);
    expect(rows[6]).toMatch(/^baseline\.txt .* \+0\.00 +– +0 +0 +20$/u);
    expect(rows[8]).toMatch(/^TER \(lower is better\) {2}nrefs:1\|bs:200/u);
    expect(rows[11]).toMatch(/^better\.txt .* -\d+\.\d\d .* 9 +2 +9$/u);
    // What no longer has a word of the reference changed most; nothing steers the terminal.
    const shown = rows.slice(rows.findIndex((row) => row.startsWith("Sentences of better.txt")));
    expect(shown.slice(2, 6)).toEqual([
      "line 1: BLEU 100.00 → 0.00 (-100.00)",
      "  reference  the cat sees the red apple today .",
      "  baseline   the cat sees the red apple today .",
      "  system     \\u{1b}[31mnothing\\u{202e} of it",
    ]);
    expect(stdout.match(/^line \d+:/gmu)).toHaveLength(3);
  });

  test("prints an object for each system and each sentence shown", async () => {
    const { stdout } = await compare("--test", "ar", "--samples", "300", "--changes", "1", "--json");
    const [first, second, third, sentence, ...rest] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rest).toEqual([]);
    const interval = { mean: expect.any(Number), low: expect.any(Number), high: expect.any(Number) };
    expect(first).toEqual({
      kind: "system",
      system: baseline,
      sentences: 20,
      metrics: {
        bleu: {
          score: expect.any(Number),
          interval: { ...interval, half: expect.any(Number) },
          signature: expect.stringContaining("nrefs:1|bs:1000|ar:300|seed:12345|"),
        },
        chrf: expect.anything(),
      },
    });
    expect(second.metrics.bleu).toMatchObject({ better: 9, worse: 2, equal: 9, p: expect.any(Number) });
    expect(second.metrics.bleu.difference).toBeCloseTo(
      second.metrics.bleu.score - first.metrics.bleu.score,
      9,
    );
    expect(third.metrics.bleu).toMatchObject({ difference: 0, p: null, equal: 20 });
    expect(sentence).toMatchObject({
      kind: "sentence",
      system: better,
      line: 1,
      metric: "bleu",
      score: 0,
      baselineText: right[0],
      references: [right[0]],
    });
    expect(sentence.difference).toBeCloseTo(-100, 9);
  });

  test("refuses one system, unknown tests, and files of different lengths with both counts", async () => {
    const alone = await heed(["compare", baseline, "--reference", reference]);
    expect([alone.status, errorOf(alone)]).toEqual([64, expect.stringMatching(/nothing to compare with/)]);
    const strange = await compare("--test", "t");
    expect([strange.status, errorOf(strange)]).toEqual([
      64,
      expect.stringMatching(/"t" is neither bs nor ar/),
    ]);
    const short = write("short.txt", "a\nb\n");
    const ragged = await heed(["compare", baseline, short, "--reference", reference]);
    expect([ragged.status, errorOf(ragged)]).toEqual([65, expect.stringMatching(/short\.txt: 2 lines.*20/)]);
    const none = await heed(["compare", baseline, better]);
    expect([none.status, errorOf(none)]).toEqual([64, expect.stringMatching(/no --reference/)]);
  });
});
