/** /v1: all that a translator can tell, language models and classifiers. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, heed } from "../cli/heed.ts";
import { type Served, served, smallTranslator } from "./served.ts";

const files = folder();
const training =
  "{ batchTokens: 128, epochs: 40, learningRate: 0.01, warmup: 5, schedule: constant, average: 0 }";
const model = "{ layers: 1, dModel: 32, heads: 2, feedForward: 32, dropout: 0, norm: pre }";

async function trained(name: string, config: string): Promise<string> {
  const run = join(files.path, name);
  const { status, stderr } = await heed(["train", files.write(`${name}.yaml`, config), "--run", run]);
  if (status !== 0) throw new Error(stderr);
  return run;
}

let server: Served;
beforeAll(async () => {
  const labelled = files.write(
    "labelled.tsv",
    "up\trise 1\ndown\tfall 1\nup\trise 2\ndown\tfall 2\n".repeat(15),
  );
  const text = files.write("text.txt", "round and round we go and round again\n".repeat(40));
  const polarity = await trained(
    "polarity",
    `task: classify\ndata: { train: { labelled: ${labelled} }, valid: { labelled: ${labelled} } }\ntokenizer: { kind: word, vocab: 40 }\nmodel: ${model}\ntraining: ${training}\n`,
  );
  const rounds = await trained(
    "rounds",
    `task: generate\ndata: { train: { text: ${text} }, valid: { text: ${text} }, context: 16 }\ntokenizer: { kind: word, vocab: 40 }\nmodel: ${model}\ntraining: ${training}\n`,
  );
  server = await served(await smallTranslator(files, "en-fr"), polarity, rounds);
});

test("GET /v1/models lists them, without their folders", async () => {
  const { json, text } = await server.get("/v1/models");
  expect(json.models.map((each: { name: string; task: string }) => [each.name, each.task])).toEqual([
    ["en-fr", "translate"],
    ["polarity", "classify"],
    ["rounds", "generate"],
  ]);
  expect(text).not.toContain(files.path);
});

describe("POST /v1/translate", () => {
  const q = "the cat eats the bread";
  test("hypotheses are those of heed translate, to the score", async () => {
    const { json } = await server.post("/v1/translate", { q: [q, ""], beam: 4, nBest: 2, alignment: true });
    const [first, blank] = json.translations;
    const { stdout } = await heed(
      ["translate", join(files.path, "en-fr"), "--beam", "4", "--n-best", "2", "--json"],
      `${q}\n`,
    );
    const expected = JSON.parse(stdout).hypotheses as { text: string; score: number }[];
    expect(first.hypotheses.map(({ text }: { text: string }) => text)).toEqual(
      expected.map(({ text }) => text),
    );
    for (const [i, { score }] of expected.entries()) expect(first.hypotheses[i].score).toBeCloseTo(score, 4);
    expect(first.hypotheses[0].attention).toHaveLength(first.hypotheses[0].attentionTokens.length);
    expect(first.hypotheses[0].logProbabilities).toHaveLength(first.hypotheses[0].attentionTokens.length);
    expect(blank.hypotheses[0].text).toBe("");
  });
  test("a prefix and a ban are kept, in a batch with texts that have none", async () => {
    const asked = [
      server.post("/v1/translate", { q, prefix: "le chien" }),
      server.post("/v1/translate", { q }),
      server.post("/v1/translate", { q, bias: { pain: -1e9 } }),
    ];
    const texts = (await Promise.all(asked)).map(
      ({ json }) => json.translations[0].hypotheses[0].text as string,
    );
    expect(texts[0]).toMatch(/^le chien/);
    expect(texts[1]).toBe("le chat mange le pain");
    expect(texts[2]).not.toContain("pain");
  });
  test("events come while the search goes on, and the last has the whole answer", async () => {
    const { text, headers } = await server.post("/v1/translate", {
      q: "the dog sees the cake",
      stream: true,
    });
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = text
      .trim()
      .split("\n\n")
      .map((event) => /^event: (\w+)\ndata: (.*)$/.exec(event));
    expect(events.slice(0, -1).every((event) => event?.[1] === "text")).toBe(true);
    expect(events.length).toBeGreaterThan(2);
    expect(JSON.parse(events.at(-1)?.[2] ?? "").translations[0].hypotheses[0].text).toBe(
      "le chien voit le gâteau",
    );
  });
  test.each([
    [{ q, model: "polarity" }, 400, "Invalid request: model: choose one of en-fr"],
    [{ q, source: "en" }, 400, "Invalid request: source and target are needed together"],
    [{ q, sauce: "en" }, 400, /^Invalid request: request: Unrecognized key/],
    [{ q, prefix: "xyzzy" }, 400, /not in the target's vocabulary/],
  ])("%j is refused", async (body, status, error) => {
    const answer = await server.post("/v1/translate", body);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatch(error);
    expect(answer.text).not.toContain("xyzzy");
  });
});

test("POST /v1/generate writes what heed generate writes, at once or in events", async () => {
  const asked = { prompt: "round and", tokens: 12, seed: 7 };
  const { json } = await server.post("/v1/generate", asked);
  const command = [
    "generate",
    join(files.path, "rounds"),
    "--prompt",
    asked.prompt,
    "--tokens",
    "12",
    "--seed",
    "7",
  ];
  const { stdout } = await heed(command);
  expect(`${asked.prompt}${json.text}`.trimEnd()).toBe(stdout.trimEnd());
  expect(json.tokens).toBe(12);
  const { text } = await server.post("/v1/generate", { ...asked, stream: true });
  const pieces = [...text.matchAll(/^event: text\ndata: (.*)$/gm)].map(
    ([, data]) => JSON.parse(data ?? "").text,
  );
  expect(pieces.join("")).toBe(json.text);
});

test("POST /v1/classify labels, POST /v1/embed gives vectors of length 1; blank texts stay blank", async () => {
  const texts = ["rise 1", "", "fall 2"];
  const { json } = await server.post("/v1/classify", { texts });
  expect(json.results.map(({ label }: { label: string | null }) => label)).toEqual(["up", null, "down"]);
  expect(json.results[0].probabilities.up).toBeGreaterThan(0.9);
  const { json: embedded } = await server.post("/v1/embed", { texts });
  const [first, blank] = embedded.vectors as number[][];
  expect(first?.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
  expect(blank).toEqual([]);
});
