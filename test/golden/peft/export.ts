/** Writes the folders that make.py reads: `npx tsx test/golden/peft/export.ts DIR`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFolder } from "../../../src/formats/folder.node.ts";
import { huggingFaceFolder } from "../../../src/formats/huggingface/folder.ts";
import { adaptedSample, adaptedSamples } from "../../formats/adapted-samples.ts";
import { source, target } from "../../formats/translator-samples.ts";

const [directory = "exported"] = process.argv.slice(2);
for (const name of adaptedSamples) {
  const { base, adapted } = adaptedSample(name);
  writeFolder(join(directory, name, "base"), huggingFaceFolder(base));
  writeFolder(join(directory, name, "adapted"), huggingFaceFolder(adapted));
}
writeFileSync(join(directory, "batch.json"), JSON.stringify({ source, target }));
