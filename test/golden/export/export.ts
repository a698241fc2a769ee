/** Writes the folders that make.py reads: `npx tsx test/golden/export/export.ts DIR`. */
import { join } from "node:path";
import { writeFolder } from "../../../src/formats/folder.node.ts";
import { configs, folderOf, type SampleName } from "../../export/text-samples.ts";

const [directory = "exported"] = process.argv.slice(2);
for (const name of Object.keys(configs) as SampleName[]) await writeFolder(join(directory, name), folderOf(name));
