/** Writes the folders that make.py reads: `npx tsx test/golden/peft/export.ts DIR`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFolder } from "../../../src/formats/folder.node.ts";
import { huggingFaceFolder } from "../../../src/formats/huggingface/folder.ts";
import { exportedRun } from "../../../src/runs/exported-run.ts";
import { adaptedImport, adaptedImports } from "../../formats/adapted-imports.ts";
import { adaptedSample, adaptedSamples } from "../../formats/adapted-samples.ts";
import { source, target } from "../../formats/translator-samples.ts";
import { expectedOf } from "../../import/imported.ts";

const [directory = "exported"] = process.argv.slice(2);
for (const name of adaptedSamples) {
  const { base, adapted } = adaptedSample(name);
  await writeFolder(join(directory, name, "base"), huggingFaceFolder(base));
  await writeFolder(join(directory, name, "adapted"), huggingFaceFolder(adapted));
}
for (const name of Object.keys(adaptedImports)) {
  const { base, adapted, adapter } = adaptedImport(name);
  await writeFolder(join(directory, name, "base"), exportedRun(base));
  await writeFolder(join(directory, name, "adapted"), exportedRun(adapted, { adapter }));
  writeFileSync(join(directory, name, "expected.json"), JSON.stringify(expectedOf(name)));
}
writeFileSync(join(directory, "batch.json"), JSON.stringify({ source, target }));
