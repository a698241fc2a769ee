/**
 * Trains the models that the studio comes with and measures them as the page runs them, in half precision.
 *
 *   npx tsx studio/make-model.ts [NAME [RUN]]
 *
 * Without NAME all of them, which takes five minutes on two cores. With RUN, a run directory that `heed train` wrote is taken
 * instead of training one; the bundled folder itself is measured again.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openEngine } from "heed";
import { parseConfig } from "heed/config";
import { encodeSafetensors } from "heed/formats";
import { openRun, trainRun } from "heed/runs";
import { animals } from "./models/animals.ts";
import type { BundledModel } from "./models/bundled-model.ts";
import { phrasebook } from "./models/phrasebook.ts";
import { gruAttention, gruSummary } from "./models/recurrent.ts";
import { sentences } from "./models/sentences.ts";

/** Everything that comes with the studio; the page opens the first one. */
const models: readonly BundledModel[] = [phrasebook, gruAttention, gruSummary, sentences, animals];
const PUBLIC = join(import.meta.dirname, "public");

const [only, run] = process.argv.slice(2);
const from = run === undefined ? undefined : resolve(run);
const engine = await openEngine("cpu");
for (const model of models) {
  if (only !== undefined && only !== model.name) continue;
  const scratch = mkdtempSync(join(tmpdir(), "heed-model-"));
  try {
    bundle(model, from ?? (await train(model, scratch)));
    await measure(model);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
writeFileSync(join(PUBLIC, "models.json"), `${JSON.stringify(models.map(({ name }) => name))}\n`);

/** @returns the run directory */
async function train({ name, config: yaml, files }: BundledModel, scratch: string): Promise<string> {
  for (const [path, content] of Object.entries(files())) writeFileSync(join(scratch, path), content);
  // The configuration goes with the model, and names its data without a folder.
  process.chdir(scratch);
  const config = parseConfig(yaml, name);
  const directory = join(scratch, "run");
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
function bundle({ name }: BundledModel, directory: string): void {
  const { weights } = openRun(directory);
  const folder = join(PUBLIC, "models", name);
  mkdirSync(folder, { recursive: true });
  for (const file of ["config.yaml", "result.json"])
    writeFileSync(join(folder, file), readFileSync(join(directory, file)));
  const compact = readdirSync(directory).filter((file) => /^(tokenizer.*|labels)\.json$/.test(file));
  for (const file of compact) {
    const content: unknown = JSON.parse(readFileSync(join(directory, file), "utf8"));
    writeFileSync(join(folder, file), `${JSON.stringify(content)}\n`);
  }
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(weights, { half: true }));
  write(name, "files.json", ["config.yaml", ...compact, "model.safetensors", "result.json", "card.json"]);
}

/** Measures what has been bundled, and writes it beside the model. */
async function measure(model: BundledModel): Promise<void> {
  const card = await model.measure(engine, join(PUBLIC, "models", model.name));
  write(model.name, "card.json", card);
  console.log(model.name, card);
}

function write(folder: string, name: string, content: unknown): void {
  writeFileSync(join(PUBLIC, "models", folder, name), `${JSON.stringify(content, null, 2)}\n`);
}
