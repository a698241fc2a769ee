/**
 * The memory that a look at all attention weights of 512 + 512 tokens takes, beside what the inspector says it takes.
 *
 *   npx tsx bench/inspect/memory.ts [LAYERS D_MODEL HEADS]
 */
import { openEngine } from "heed";
import type { LookOptions } from "heed/inspect";
import { example, open } from "./model.ts";

const [layers = 6, dModel = 512, heads = 8] = process.argv.slice(2).map(Number);
const look = await open(await openEngine("cpu"), { layers, dModel, heads });
const MIB = 2 ** 20;
const peak = (): number => (process.resourceUsage().maxRSS * 1024) / MIB;
const options: LookOptions = { taps: ["**.weights"] };

await look.run(example(8), options);
const before = peak();
const said = look.bytesFor(example(512), options) / MIB;
await look.run(example(512), options);
console.log(JSON.stringify({ said: Math.round(said), took: Math.round(peak() - before), unit: "MiB" }));
look.close();
