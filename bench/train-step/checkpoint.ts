/**
 * Claim: the next updates of a run wait for the copies of a checkpoint, not for the disk.
 *
 *   npx tsx bench/train-step/checkpoint.ts [--layers 6] [--size 512] [--rounds 4]
 *
 * A real run on the phrasebook, `heed train` without the command line. Printed are what the first update after a
 * validation takes longer than the others, and how long after the validation the checkpoint is on the disk.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../../src/config/parse.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median, spread } from "../machine.ts";

const { values } = parseArgs({
  options: {
    layers: { type: "string", default: "6" },
    size: { type: "string", default: "512" },
    rounds: { type: "string", default: "4" },
  },
});
const dim = Number(values.size);
const every = 8;
const config = parseConfig(
  `
seed: 1
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
model: { layers: ${values.layers}, dModel: ${dim}, heads: ${dim / 64}, feedForward: ${4 * dim} }
training: { batchTokens: 512, epochs: 9, steps: ${every * (Number(values.rounds) + 1)}, validateEvery: ${every}, validBleu: 0, average: 0, keep: 1 }
`,
  "checkpoint",
);

const folder = mkdtempSync(join(tmpdir(), "heed-bench-"));
const steps: number[] = [];
const waits: number[] = [];
const writes: number[] = [];
let parameters = 0;
let validated: { readonly at: number; readonly step: number } | undefined;
let before = 0;
// A checkpoint's directory appears when it is whole.
const watch = setInterval(() => {
  if (!validated) return;
  const name = `step-${String(validated.step).padStart(8, "0")}`;
  if (!existsSync(join(folder, "run", "checkpoints", name)) || writes.length === waits.length) return;
  writes.push(performance.now() - validated.at);
}, 2);
try {
  await trainRun({
    config,
    engine: openNativeEngine(),
    directory: join(folder, "run"),
    onStart: (start) => {
      parameters = start.parameters;
    },
    onStep: ({ step }) => {
      const now = performance.now();
      if (validated?.step === step - 1) waits.push(now - validated.at);
      else if (step > 1) steps.push(now - before);
      before = now;
    },
    onValidation: ({ step }) => {
      validated = { at: performance.now(), step };
    },
  });
} finally {
  clearInterval(watch);
  rmSync(folder, { recursive: true, force: true });
}
const usual = median(steps);
const held = waits.map((ms) => ms - usual);
console.log(`${machine()}; ${(parameters / 1e6).toFixed(1)} million weights, ${waits.length} checkpoints\n`);
console.log(
  "| an update, ms | the one after a validation takes longer by, ms | on the disk after, ms |\n|---|---|---|",
);
console.log(
  `| ${usual.toFixed(0)} (${spread(steps)}) | ${median(held).toFixed(0)} (${spread(held)}) | ${median(writes).toFixed(0)} (${spread(writes)}) |`,
);
