/** Writes the folders that make.py reads: `npx tsx test/golden/marian/export.ts DIR`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFolder } from "../../../src/formats/folder.node.ts";
import { marianFolder } from "../../../src/formats/marian/folder.ts";
import { configs, type SampleName, sampleWeights, source, target, tokenizer } from "../../formats/marian-sample.ts";

const [directory = "marian"] = process.argv.slice(2);
for (const name of Object.keys(configs) as SampleName[]) {
  const model = { config: configs[name], weights: sampleWeights(name), tokenizer };
  writeFolder(join(directory, name), marianFolder(model));
}
writeFileSync(join(directory, "batch.json"), JSON.stringify({ source, target }));
