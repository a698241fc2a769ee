/** Event files are TensorBoard's own, byte for byte, and hold what a run logs. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { crc32c, openEventFile } from "../../src/runs/event-file.node.ts";
import { heed, folder as runFolder, tsv } from "../cli/heed.ts";

const folder = mkdtempSync(join(tmpdir(), "heed-board-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Golden {
  readonly wall: number;
  readonly events: readonly (readonly [number, readonly (readonly [string, number | null])[]])[];
  readonly fromStart: string;
  readonly fromStep20: string;
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/tensorboard/events.json", import.meta.url), "utf8"),
) as Golden;

test("the checksum is CRC-32C", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test.each([
  [0, "fromStart"],
  [20, "fromStep20"],
] as const)("a file that goes on from step %i is the one that TensorBoard writes", (from, name) => {
  const path = join(folder, name);
  const file = openEventFile(path, from, () => golden.wall);
  for (const [step, scalars] of golden.events)
    file.add({ step, scalars: new Map(scalars.map(([tag, value]) => [tag, value ?? Number.NaN])) });
  file.close();
  expect(readFileSync(path).toString("base64")).toBe(golden[name]);
});

test("a run writes one for each start, with every logged step", async () => {
  const { path, write } = runFolder();
  const data = `data: { train: { pairs: ${write("pairs.tsv", tsv)} }, valid: { pairs: ${path}/pairs.tsv } }\n`;
  const model =
    "tokenizer: { kind: word, vocab: 40 }\nmodel: { layers: 1, dModel: 16, heads: 2, feedForward: 16 }\n";
  const config = write(
    "c.yaml",
    `${data}${model}training: { batchTokens: 60, steps: 4, learningRate: 0.01, warmup: 1, schedule: constant, logEvery: 1, average: 0 }\n`,
  );
  const run = join(path, "run");
  const train = async (...more: string[]): Promise<void> => {
    const { status, stderr } = await heed(["train", config, "--run", run, "--tensorboard", ...more]);
    expect(status, stderr).toBe(0);
  };
  await train();
  await train("--resume", "--set", "training.steps=6");
  const files = readdirSync(join(run, "tensorboard")).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const texts = files.map((name) => readFileSync(join(run, "tensorboard", name), "latin1"));
  const counts = texts.map((text) => text.split("training/loss").length - 1).sort();
  expect(counts).toEqual([2, 4]);
  for (const text of texts) expect(text).toContain("validation/bleu");
});
