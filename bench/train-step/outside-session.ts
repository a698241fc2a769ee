/**
 * Claim: of a training run's time, 3 % or less is spent outside ONNX Runtime.
 *
 *   npx tsx bench/train-step/outside-session.ts [--steps 60] [--size 256]
 *
 * A real run, `heed train` without the command line: phrasebook, batches of 2,048 tokens made while the step computes,
 * logs written. Counted from the tenth update to the last; validation and checkpoints come after it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../../src/config/parse.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine } from "../machine.ts";

const FROM = 10;
const { values } = parseArgs({
  options: { steps: { type: "string", default: "60" }, size: { type: "string", default: "256" } },
});
const dim = Number(values.size);
const config = parseConfig(
  `
seed: 1
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
tokenizer: { kind: bpe, vocab: 4000 }
model: { layers: 3, dModel: ${dim}, heads: ${dim / 64}, feedForward: ${4 * dim}, dropout: 0.1 }
training: { batchTokens: 2048, epochs: 1, steps: ${values.steps}, warmup: 100, validBleu: 0, average: 0 }
`,
  "outside-session",
);

let inSession = 0;
const native = openNativeEngine();
const engine: Engine = {
  ...native,
  load: async (model, options) => {
    const session = await native.load(model, options);
    return {
      run: async (inputs, outputs) => {
        const start = performance.now();
        const results = await session.run(inputs, outputs);
        inSession += performance.now() - start;
        return results;
      },
      close: () => session.close(),
    };
  },
};

const marks: { readonly at: number; readonly inSession: number; readonly tokens: number }[] = [];
const folder = mkdtempSync(join(tmpdir(), "heed-bench-"));
try {
  await trainRun({
    config,
    engine,
    directory: join(folder, "run"),
    onStep: ({ tokens }) => {
      marks.push({ at: performance.now(), inSession, tokens });
    },
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const counted = marks.slice(FROM - 1);
const [first, last] = [counted[0], counted.at(-1)];
if (!first || !last) throw new Error(`give more than ${FROM} steps`);
const wall = last.at - first.at;
const inside = last.inSession - first.inSession;
const tokens = counted.slice(1).reduce((sum, one) => sum + one.tokens, 0);
console.log(`${machine()}; 3+3 layers, d ${dim}, ${counted.length - 1} updates\n`);
console.log("| a step, ms | in the session, ms | outside, ms | share outside | target tokens/s |");
console.log("|---|---|---|---|---|");
const per = (ms: number): string => (ms / (counted.length - 1)).toFixed(2);
const share = `${((100 * (wall - inside)) / wall).toFixed(2)} %`;
console.log(
  `| ${per(wall)} | ${per(inside)} | ${per(wall - inside)} | ${share} | ${((1000 * tokens) / wall).toFixed(0)} |`,
);
