/** Writes the folders that make.py reads: `npx tsx test/golden/huggingface/export.ts DIR`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFolder } from "../../../src/formats/folder.node.ts";
import { huggingFaceFolder } from "../../../src/formats/huggingface/folder.ts";
import { configs, type SampleName, sampleWeights, source, target, tokenizer } from "../../formats/translator-samples.ts";

const [directory = "exported"] = process.argv.slice(2);
for (const name of Object.keys(configs) as SampleName[]) {
  const model = { config: configs[name], weights: sampleWeights(name), tokenizer };
  await writeFolder(join(directory, name), huggingFaceFolder(model));
}
writeFileSync(join(directory, "batch.json"), JSON.stringify({ source, target }));
