/**
 * Claim: memory does not grow with the length of a run: 10,000 updates of training, and a translation of 1,000,000 lines.
 *
 *   npm run build && npx tsx bench/memory/long-runs.ts [--steps 10000] [--lines 1000000]
 *
 * Prints the highest memory of each tenth of the time: after the first ones they should be equal. The model is tiny, so that
 * whatever grows by the update or by the line shows.
 */
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { machine } from "../machine.ts";
import { tenths, watched } from "./watched.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "10000" },
    lines: { type: "string", default: "1000000" },
  },
});
const [steps, lines] = [Number(values.steps), Number(values.lines)];
const folder = mkdtempSync(join(tmpdir(), "heed-memory-"));
const at = (name: string): string => join(folder, name);

writeFileSync(
  at("config.yaml"),
  `data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
tokenizer: { kind: word, vocab: 500, lowercase: true }
model: { layers: 1, dModel: 32, heads: 2, feedForward: 64 }
training: { batchTokens: 256, epochs: 1000, steps: ${steps}, validateEvery: ${Math.ceil(steps / 20)}, validBleu: 50 }
`,
);
const sentences = phrasebook({ seed: 1 }).train.map(({ source }) => source);
const text = createWriteStream(at("text"));
for (let i = 0; i < lines; i++)
  if (!text.write(`${sentences[i % sentences.length]}\n`)) await once(text, "drain");
await finished(text.end());

console.log(`${machine()}\n`);
try {
  const training = await watched(["train", at("config.yaml"), "--run", at("run")]);
  console.log(
    `${steps} updates in ${training.seconds.toFixed(0)} s; MB by tenths: ${tenths(training).join(" ")}`,
  );
  const translation = await watched(["translate", at("run"), "--beam", "1"], { input: at("text") });
  if (translation.lines !== lines) throw new Error(`${translation.lines} lines came out`);
  console.log(
    `${lines} lines in ${translation.seconds.toFixed(0)} s; MB by tenths: ${tenths(translation).join(" ")}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
