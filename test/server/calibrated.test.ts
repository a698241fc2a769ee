/** A run that knows what its translations are worth, and a server that tells it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { folder, heed, tsv } from "../cli/heed.ts";
import { type Served, served, smallTranslator } from "./served.ts";

const files = folder();
let run: string;
let server: Served;
beforeAll(async () => {
  run = await smallTranslator(files, "en-fr");
  const pairs = files.write("held-out.tsv", tsv);
  const { status, stderr } = await heed(["evaluate", run, "--pairs", pairs, "--calibrate"]);
  expect(stderr).toMatch(/calibration\.json: of \d+ translations \d+ are right/);
  expect(status).toBe(0);
  server = await served(run);
}, 120_000);

test("the calibration rises from a score to the next, and says what right means", () => {
  const { right, sentences, scores, probabilities } = JSON.parse(
    readFileSync(join(run, "calibration.json"), "utf8"),
  );
  expect(right).toBe("chrF of at least 50");
  expect(sentences).toBeGreaterThan(0);
  for (const values of [scores, probabilities])
    expect(values).toEqual(values.toSorted((a: number, b: number) => a - b));
});

test("answers have a confidence, at both addresses and for an array", async () => {
  const [first = ""] = tsv.split("\n").map((line) => line.split("\t")[0] as string);
  const body = { q: first, source: "en", target: "fr" };
  const one = (await server.post("/translate", body)).json;
  expect(one.confidence).toBeGreaterThanOrEqual(0);
  expect(one.confidence).toBeLessThanOrEqual(1);
  const several = (await server.post("/translate", { ...body, q: [first, first], alignment: true })).json;
  expect(several.confidence).toEqual([one.confidence, one.confidence]);
  expect(several.sentences[0][0].confidence).toBe(one.confidence);
  const own = (await server.post("/v1/translate", { q: first })).json;
  expect(own.translations[0].hypotheses[0].confidence).toBe(one.confidence);
});

test("HTML has none", async () => {
  const body = { q: "<p>hello</p>", source: "en", target: "fr", format: "html" };
  expect((await server.post("/translate", body)).json).not.toHaveProperty("confidence");
});

test("a damaged calibration is refused before anything is served", async () => {
  const broken = await smallTranslator(files, "fr-en");
  writeFileSync(join(broken, "calibration.json"), '{"scores":[1,0],"probabilities":[0,1]}');
  const refused = await heed(["serve", broken, "--port", "0"]);
  expect(refused.status).toBe(65);
  expect(refused.stderr).toMatch(/calibration\.json: it is not a calibration/);
});
