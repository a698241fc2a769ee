/**
 * Claim: two ranks that meet every 50 updates send a fiftieth of the bytes, and learn from as many tokens somewhat less than
 * ranks that sum every gradient; gradients rounded to bfloat16 cost nothing that can be seen. Meeting often does not pay.
 *
 *   npx tsx bench/distributed/local-steps.ts [--steps 600] [--launcher mpirun.openmpi] [--seeds 1,2]
 *
 * A Transformer of 1+1 layers of 48 on the phrasebook, 1,024 tokens an update over both ranks, one thread each. Bytes are what
 * a ring sends from each rank for the sums of numbers, without those for decisions and logs.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "600" },
    launcher: { type: "string", default: "mpirun.openmpi" },
    seeds: { type: "string", default: "1,2" },
  },
});
const steps = Number(values.steps);
const folder = mkdtempSync(join(tmpdir(), "heed-bench-"));
const config = join(folder, "config.yaml");
writeFileSync(
  config,
  `
data: { train: { corpus: phrasebook }, valid: { corpus: phrasebook } }
tokenizer: { kind: word }
model: { layers: 1, dModel: 48, heads: 4, feedForward: 128, dropout: 0.1, norm: pre }
training:
  { batchTokens: 1024, epochs: 1000, steps: ${steps}, validateEvery: ${steps}, average: 0, validBleu: 200, learningRate: 5.0e-3,
    warmup: 60, schedule: cosine, labelSmoothing: 0.1 }
`,
);
const options = values.launcher.includes("mpich") ? [] : ["--bind-to", "none", "--oversubscribe"];
const heed = [process.execPath, "--import", "tsx", join(import.meta.dirname, "../../src/cli/heed.ts")];
const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };

interface Measured {
  readonly loss: number;
  readonly bleu: number;
  readonly parameters: number;
}

function train(seed: string, set: readonly string[]): Measured {
  const run = join(folder, "run");
  const args = ["train", config, "--run", run, "--set", `seed=${seed}`];
  const chosen = set.flatMap((each) => ["--set", `training.${each}`]);
  execFileSync(values.launcher, [...options, "-n", "2", ...heed, ...args, ...chosen], { env, stdio: "pipe" });
  const result = JSON.parse(readFileSync(join(run, "result.json"), "utf8"));
  rmSync(run, { recursive: true });
  return { ...result.valid, parameters: result.parameters };
}

console.log(`${machine()}; ${steps} updates, seeds ${values.seeds}\n`);
console.log("| ranks | validation loss | BLEU | MB sent by a rank |\n|---|---|---|---|");
for (const [name, set, share] of [
  ["sum every gradient", [], 1],
  ["sum every gradient, rounded to bfloat16", ["wire=bfloat16"], 1 / 2],
  ["meet at every update (H = 1)", ["localSteps=1"], 1],
  ["meet every 10 updates", ["localSteps=10"], 1 / 10],
  ["meet every 50 updates", ["localSteps=50"], 1 / 50],
] as const) {
  const found = values.seeds.split(",").map((seed) => train(seed, set));
  const mean = (of: (each: Measured) => number): number =>
    found.reduce((sum, each) => sum + of(each), 0) / found.length;
  const megabytes = (steps * share * 4 * (found[0]?.parameters ?? 0)) / 1e6;
  console.log(
    `| ${name} | ${mean(({ loss }) => loss).toFixed(4)} | ${mean(({ bleu }) => bleu).toFixed(2)} | ${megabytes.toFixed(0)} |`,
  );
}
rmSync(folder, { recursive: true, force: true });
