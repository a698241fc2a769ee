/**
 * Claim: transformers.js writes what our greedy search writes, to the letter, from an exported folder.
 *
 *   npx heed export runs/en-fr --to models/en-fr
 *   npx tsx bench/decoding/same-text.ts --run runs/en-fr --folder models/en-fr [--source test.en] [--sentences 200]
 *
 * One by one and in batches of 32. Without a file: the phrasebook's test sentences.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { env, pipeline } from "@huggingface/transformers";
import { chunks } from "../../src/data/chunks.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { readSentences } from "./translator.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "quickstart/run" },
    folder: { type: "string", default: "exported" },
    source: { type: "string" },
    sentences: { type: "string", default: "200" },
  },
});
const run = openRunOf(values.run, "translate");
const sentences = readSentences(values.source, Number(values.sentences));
const translator = await openTranslator({
  ...{ engine: await openEngine(), ...run, ...run.tokenizers, beam: 1 },
  maxLength: run.config.model.maxLength,
});
const ours = (await translator.translate(sentences)).map(({ hypotheses: [best] }) => best?.text);
translator.close();

env.allowRemoteModels = false;
env.localModelPath = "/";
const translate = await pipeline("translation", resolve(values.folder), { dtype: "fp32" });
for (const batch of [1, 32]) {
  const theirs: string[] = [];
  for (const chunk of chunks(sentences, batch)) {
    const found = (await translate(chunk)) as { translation_text: string }[];
    theirs.push(...found.map(({ translation_text }) => translation_text));
  }
  const others = sentences.flatMap((text, i) =>
    theirs[i] === ours[i] ? [] : [`${text}\n  Heed            ${ours[i]}\n  transformers.js ${theirs[i]}`],
  );
  console.log(
    `batches of ${batch}: ${sentences.length - others.length} of ${sentences.length} texts the same`,
  );
  for (const other of others) console.log(other);
}
await translate.dispose();
