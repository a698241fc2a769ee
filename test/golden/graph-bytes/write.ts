/**
 * Writes down what the graphs of small models are, to the byte. Taps, and whatever else costs nothing until it is asked
 * for, must leave these as they are; a change that means to alter graphs writes them anew:
 *
 *   npx tsx test/golden/graph-bytes/write.ts
 */
import { writeFileSync } from "node:fs";
import { graphBytes } from "../../models/graph-bytes.ts";

const file = new URL("graphs.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(await graphBytes(), null, 2)}\n`);
