/**
 * Claim: a byte-pair vocabulary is learnt and used about as fast as by the native library, from JavaScript alone.
 *
 *   npx tsx bench/text/tokenizer.ts [--text ../shared/data/tatoeba-eng-fra/train.tsv] [--rounds 3]
 *
 * Both learn 30,000 entries, which is what the native library's binding for Node always learns, with the same
 * normalisation and words; then both encode the text with Heed's vocabulary, and must agree. The native library encodes
 * a batch on all cores; Heed on one. Without the file, the phrasebook.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import native from "tokenizers";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { machine, median, spread } from "../machine.ts";

/** 30,000 and the four special tokens. */
const VOCAB = 30_004;
const { values } = parseArgs({
  options: {
    text: { type: "string", default: "../shared/data/tatoeba-eng-fra/train.tsv" },
    rounds: { type: "string", default: "3" },
  },
});
const isThere = existsSync(values.text);
const lines = isThere
  ? readFileSync(values.text, "utf8").split(/[\t\n]/)
  : phrasebook({ seed: 1 }).train.flatMap(({ source, target }) => [source, target]);
const megabytes = Buffer.byteLength(lines.join("\n")) / 1e6;
const folder = mkdtempSync(join(tmpdir(), "heed-tokenizer-"));
const file = join(folder, "lines.txt");
writeFileSync(file, lines.join("\n"));

const times = new Map<string, number[]>();
async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  times.set(what, [...(times.get(what) ?? []), performance.now() - start]);
  return result;
}

let learnt = "";
for (let round = 0; round < Number(values.rounds); round++) {
  const heed = await timed("learning, Heed", () =>
    trainTokenizer(lines, { kind: "bpe", vocab: VOCAB, minFrequency: 1 }),
  );
  const json = JSON.stringify(heed);
  const pupil = native.Tokenizer.fromString(json);
  await timed("learning, native library", () => pupil.train([file]));
  learnt = `${heed.size} and ${pupil.getVocabSize()} entries learnt`;

  const ours = await timed("encoding, Heed, one thread", () => lines.map((line) => heed.encode(line)));
  const reader = native.Tokenizer.fromString(json);
  const theirs = await timed("encoding, native library, all cores", async () =>
    (await reader.encodeBatch(lines)).map((encoding) => encoding.getIds()),
  );
  const differing = lines.findIndex((_, i) => ours[i]?.join() !== theirs[i]?.join());
  if (differing >= 0) throw new Error(`not the same ids: ${JSON.stringify(lines[differing])}`);
}
rmSync(folder, { recursive: true, force: true });
const source = isThere ? values.text.split("/").slice(-2).join("/") : "phrasebook";
console.log(`${machine()}; ${megabytes.toFixed(1)} MB of ${source}; ${learnt}; ${values.rounds} rounds\n`);
console.log("| what | ms, median (middle half) | MB/s |\n|---|---|---|");
for (const [what, all] of times) {
  const speed = ((1000 * megabytes) / median(all)).toFixed(2);
  console.log(`| ${what} | ${median(all).toFixed(0)} (${spread(all)}) | ${speed} |`);
}
