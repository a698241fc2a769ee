/**
 * Trains the model that the studio comes with and measures it as the page runs it, in half precision.
 *
 *   npx tsx studio/make-model.ts [RUN]
 *
 * Three minutes on two cores. With RUN, a run directory that `heed train configs/phrasebook-guided.yaml --run RUN` wrote
 * is taken instead of training one; the bundled folder itself is measured again.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "heed";
import { parseConfig } from "heed/config";
import { openTranslator } from "heed/decoding";
import { corpusBleu, corpusChrf } from "heed/evaluation";
import { encodeSafetensors } from "heed/formats";
import { phrasebook } from "heed/phrasebook";
import { openRunOf, trainRun } from "heed/runs";
import { measureAlignment } from "heed/tasks";

const CONFIG = join(import.meta.dirname, "../configs/phrasebook-guided.yaml");
const FOLDER = join(import.meta.dirname, "public/models/phrasebook");

const engine = await openEngine("cpu");
const scratch = mkdtempSync(join(tmpdir(), "heed-model-"));
try {
  const trained = process.argv[2] ?? (await train(join(scratch, "run")));
  bundle(trained);
  await measure();
} finally {
  rmSync(scratch, { recursive: true });
}

/** @returns the run directory */
async function train(directory: string): Promise<string> {
  const config = parseConfig(readFileSync(CONFIG, "utf8"), CONFIG);
  await trainRun({
    config,
    directory,
    engine,
    onMessage: (line) => console.error(line),
    onValidation: ({ step, loss, scores }) => console.error(`step ${step}`, { loss, ...scores }),
  });
  return directory;
}

/** Copies what a page needs of a run, its weights in 16 bits. */
function bundle(directory: string): void {
  const { weights } = openRunOf(directory, "translate");
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ["config.yaml", "result.json"])
    writeFileSync(join(FOLDER, name), readFileSync(join(directory, name)));
  const tokenizer: unknown = JSON.parse(readFileSync(join(directory, "tokenizer.json"), "utf8"));
  writeFileSync(join(FOLDER, "tokenizer.json"), `${JSON.stringify(tokenizer)}\n`);
  writeFileSync(join(FOLDER, "model.safetensors"), encodeSafetensors(weights, { half: true }));
}

/** Measures what has been bundled on the phrasebook's test sentences, and writes it beside the model. */
async function measure(): Promise<void> {
  const run = openRunOf(FOLDER, "translate");
  const { config, tokenizers } = run;
  const { maxLength } = config.model;
  const corpus = phrasebook({ seed: config.seed });
  const translator = await openTranslator({ engine, ...run, ...tokenizers, ...config.decoding, maxLength });
  const translations = await translator.translate(corpus.test.map(({ source }) => source));
  translator.close();
  const hypotheses = translations.map((translation) => translation.hypotheses[0]?.text ?? "");
  const references = [corpus.test.map(({ target }) => target)];
  const bleu = corpusBleu(hypotheses, references);
  const { aer, where } = await measureAlignment(engine, run, corpus);
  const card = {
    corpus: "the phrasebook, English to French",
    test: corpus.test.length,
    beam: config.decoding.beam,
    precision: "16 bits",
    bleu: bleu.score,
    bleuSignature: bleu.signature,
    chrf: corpusChrf(hypotheses, references).score,
    aer,
    reading: where,
  };
  write("card.json", card);
  write("files.json", ["config.yaml", "tokenizer.json", "model.safetensors", "result.json", "card.json"]);
  console.log(card);
}

function write(name: string, content: unknown): void {
  writeFileSync(join(FOLDER, name), `${JSON.stringify(content, null, 2)}\n`);
}
