/** `heed distill` on a tiny teacher: the corpus of a student, its links, its configuration, and what an interruption leaves. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { config, errorOf, folder, heed, tsv } from "./heed.ts";

const { path, write } = folder();
const teacher = join(path, "teacher");
const sides = tsv
  .trimEnd()
  .split("\n")
  .map((line) => line.split("\t") as [string, string]);
const source = write("train.en", `${[...sides.map(([text]) => text), ""].join("\n")}\n`);
const target = write("train.fr", `${[...sides.map(([, text]) => text), ""].join("\n")}\n`);
const linesOf = (file: string): string[] => readFileSync(join(path, file), "utf8").split("\n").slice(0, -1);
const to = (name: string): string => join(path, `${name}.yaml`);

beforeAll(async () => {
  const trained = await heed([
    "train",
    write("config.yaml", config(write("pairs.tsv", tsv))),
    "--run",
    teacher,
  ]);
  expect(trained.status, trained.stderr).toBe(0);
});

describe("heed distill", () => {
  test("writes the teacher's translations, links for each, and a configuration that trains", async () => {
    const made = await heed(["distill", teacher, "--source", source, "--to", to("student"), "--json"]);
    expect(made.status, made.stderr).toBe(0);
    const [translated, links] = [linesOf("student.target"), linesOf("student.links")];
    expect(JSON.parse(made.stdout)).toEqual({
      config: to("student"),
      lines: 37,
      source,
      target: join(path, "student.target"),
      links: join(path, "student.links"),
    });
    const plain = await heed(["translate", teacher], readFileSync(source));
    expect(`${translated.join("\n")}\n`).toBe(plain.stdout);
    expect(links).toHaveLength(37);
    expect([translated.at(-1), links.at(-1)]).toEqual(["", ""]);
    for (const line of links.slice(0, -1)) expect(line).toMatch(/^\d+-\d+( \d+-\d+)*$/);
    expect(existsSync(join(path, "student.parts"))).toBe(false);

    const student = parseConfig(readFileSync(to("student"), "utf8"), "student.yaml");
    expect(student).toMatchObject({
      data: { train: { source, target: join(path, "student.target") } },
      model: { kind: "transformer", encoderLayers: 1, decoderLayers: 1, dModel: 32 },
      training: { guidedAlignment: { links: join(path, "student.links") } },
    });
    const run = join(path, "student");
    const quick = ["--set", "training.epochs=1", "--set", "training.validBleu=0"];
    const trained = await heed(["train", to("student"), "--run", run, ...quick]);
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toContain("training.batchTokens 256: some ");
  });

  test("takes the hypothesis most like the reference", async () => {
    const done = await heed([
      ...["distill", teacher, "--source", source, "--target", target],
      ...["--beam", "6", "--to", to("chosen")],
    ]);
    expect(done.status, done.stderr).toBe(0);
    const references = linesOf("train.fr");
    const right = (lines: readonly string[]): number =>
      lines.filter((line, i) => line === references[i]).length;
    expect(right(linesOf("chosen.target"))).toBeGreaterThanOrEqual(right(linesOf("student.target")));
  });

  test("goes on from the parts that are there, and refuses those of other lines", async () => {
    const again = ["distill", teacher, "--source", source, "--to", to("again")];
    expect((await heed(again)).status).toBe(0);
    const whole = readFileSync(join(path, "again.target"), "utf8");
    // As after an interruption behind the only window.
    const lines = linesOf("again.target").map((_, i) => [`kept ${i}`, ""]);
    const about = await interrupted("again");
    writeFileSync(join(path, "again.parts", "part-000000.json"), JSON.stringify(lines));
    rmSync(to("again"));
    const resumed = await heed(again);
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(linesOf("again.target")[3]).toBe("kept 3");
    expect(whole).not.toContain("kept");

    mkdirSync(join(path, "again.parts"));
    writeFileSync(join(path, "again.parts", "about.json"), about.replace('"beam":2', '"beam":3'));
    rmSync(to("again"));
    const other = await heed(again);
    expect(other.status).toBe(73);
    expect(errorOf(other)).toContain("was begun with another teacher, other lines or another search");
  });

  test.each([
    [["--to", "x.yaml"], "no --source FILE"],
    [["--source", source], "no --to CONFIG"],
    [["--source", source, "--to", "x"], "a file without an ending"],
    [["--source", source, "--target", target, "--beam", "1", "--to", "x.yaml"], "nothing to choose from"],
    [["--source", write("short.en", "a\n"), "--target", target, "--to", to("short")], "has more lines"],
    [["--source", source, "--to", to("student")], "is there already"],
    [["--source", write("empty.en", ""), "--to", to("none")], "there are no lines"],
  ])("refuses %j", async (args, cause) => {
    const refused = await heed(["distill", teacher, ...args]);
    expect(refused.status).not.toBe(0);
    expect(errorOf(refused)).toContain(cause);
  });
});

/** Makes the folder of parts again that a finished command removed. @returns its about.json */
async function interrupted(name: string): Promise<string> {
  const about = join(path, `${name}.parts`, "about.json");
  let text = "";
  rmSync(to(name));
  const watched = heed(["distill", teacher, "--source", source, "--to", to(name)]);
  for (let tries = 0; tries < 10_000 && text === ""; tries++) {
    if (existsSync(about)) text = readFileSync(about, "utf8");
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await watched;
  expect(readdirSync(path)).not.toContain(`${name}.parts`);
  mkdirSync(join(path, `${name}.parts`));
  writeFileSync(about, text);
  return text;
}
