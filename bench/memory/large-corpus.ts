/**
 * Claim: a corpus of any size is trained with in bounded memory, and a second training with it begins within a minute.
 *
 *   npm run build && npx tsx bench/memory/large-corpus.ts [--pairs 24000000] [--steps 50] [--cache off] [--folder /tmp]
 *
 * Makes a corpus of pairs of some 210 bytes from those of the Tatoeba corpus, or of the phrasebook: any three of them, so that
 * hardly two are equal. Trains a tiny model twice, and prints when each stage began and the highest memory within it.
 * `--cache off` holds the corpus in memory, as Heed did before. 24 million pairs take 5 GB, and encoded 3.
 */
import { once } from "node:events";
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { randomStream } from "../../src/random.ts";
import { machine } from "../machine.ts";
import { megabytes, type Watched, watched } from "./watched.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "24000000" },
    steps: { type: "string", default: "50" },
    cache: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    seed: { type: "string", default: "../shared/data/tatoeba-eng-fra/train.tsv" },
  },
});
const count = Number(values.pairs);
const folder = mkdtempSync(join(values.folder, "heed-corpus-"));
const at = (name: string): string => join(folder, name);

const seeds: readonly (readonly [source: string, target: string])[] = existsSync(values.seed)
  ? readFileSync(values.seed, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t") as [string, string])
  : phrasebook({ seed: 1 }).train.map(({ source, target }) => [source, target]);

/** Writes `pairs` lines. */
async function write(path: string, pairs: number, name: string): Promise<void> {
  const random = randomStream(1, name);
  const file = createWriteStream(path, { highWaterMark: 1 << 22 });
  let text = "";
  for (let i = 0; i < pairs; i++) {
    const three = [0, 1, 2].map(() => seeds[Math.floor(random() * seeds.length)] as (typeof seeds)[number]);
    const side = (at: 0 | 1): string => `${three.map((pair) => pair[at]).join(" ")}`;
    text += `${side(0)}\t${side(1)}\n`;
    if (text.length < 1 << 20 && i + 1 < pairs) continue;
    if (!file.write(text)) await once(file, "drain");
    text = "";
  }
  await finished(file.end());
}

/** The highest memory from one line that was said to the next. */
function print(title: string, run: Watched): void {
  console.log(`\n${title}: ${run.seconds.toFixed(0)} s, at most ${megabytes(peak(run, 0, Infinity))} MB\n`);
  const lines = [{ at: 0, line: "(start)" }, ...run.said.filter(({ line }) => !/^\w[\w ]* +\d+%/.test(line))];
  for (const [i, { at, line }] of lines.entries()) {
    const next = lines[i + 1]?.at ?? Infinity;
    console.log(
      `${at.toFixed(1).padStart(7)} s ${String(megabytes(peak(run, at, next))).padStart(6)} MB  ${line}`,
    );
  }
  const first = run.said.find(({ line }) => line.startsWith("train "));
  if (first) console.log(`first update after ${first.at.toFixed(1)} s`);
}

const peak = ({ samples }: Watched, from: number, to: number): number =>
  Math.max(0, ...samples.filter(({ at }) => at >= from && at < to).map(({ bytes }) => bytes));

try {
  await write(at("train.tsv"), count, "train");
  await write(at("valid.tsv"), 500, "valid");
  writeFileSync(
    at("config.yaml"),
    `data: { train: { pairs: ${at("train.tsv")} }, valid: { pairs: ${at("valid.tsv")} } }
tokenizer: { kind: bpe, vocab: 8000 }
model: { layers: 1, dModel: 32, heads: 2, feedForward: 64 }
training: { batchTokens: 2048, steps: ${values.steps}, validBleu: 0 }
`,
  );
  console.log(`${machine()}; ${count} pairs, ${megabytes(statSync(at("train.tsv")).size)} MB`);
  const train = (run: string): Promise<Watched> =>
    watched(["train", at("config.yaml"), "--run", at(run), "--cache", values.cache ?? at("cache")]);
  print("first training", await train("first"));
  if (values.cache !== "off") print("second training", await train("second"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
