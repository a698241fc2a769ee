/**
 * Claim: a training step (forward, backward, clipping, AdamW) takes less time than PyTorch's on the same cores, eager or
 * compiled.
 *
 *   python -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt
 *   npx tsx bench/train-step/train-step.ts --python .venv/bin/python [--rounds 6] [--dropout 0.1] [--sizes 0,1,2]
 *
 * All run in alternating rounds in the same minutes, and each waits while another works: the same model, made-up batch
 * and number of threads. `torch.compile` needs a C++ compiler; where it fails, its cell says why. OMP_WAIT_POLICY is
 * passive unless it is set: otherwise PyTorch's idle threads spin while Heed is measured.
 */
import { parseArgs } from "node:util";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { machine, median, spread } from "../machine.ts";
import { tryPeer } from "../peer.ts";
import { openHeedStep, type Size, sizeAt } from "./heed-step.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "6" },
    steps: { type: "string", default: "4" },
    dropout: { type: "string", default: "0" },
    sizes: { type: "string", default: "0,1,2" },
  },
});
const dropout = Number(values.dropout);
const threads = physicalCores();
console.log(
  `${machine()}; ${threads} threads, dropout ${dropout}; ${values.rounds} alternating rounds of ${values.steps} steps\n`,
);
console.log("| size | | ms, median (middle half) | best | target tokens/s | Heed / it, medians | best |");
console.log("|---|---|---|---|---|---|---|");
for (const index of values.sizes.split(",")) await compare(sizeAt(index));

async function compare(size: Size): Promise<void> {
  const { layers, dModel, vocabulary, batch, length } = size;
  const config = { layers, dModel, vocabulary, batch, length, dropout, threads };
  const eager = await tryPeer(values.python, "transformer_step.py", config);
  const compiled = await tryPeer(values.python, "transformer_step.py", { ...config, compile: true });
  const heed = await openHeedStep(openNativeEngine(), size, dropout);
  for (let i = 0; i < 3; i++) await heed.run();
  const ours: number[] = [];
  const theirs = [eager, compiled].map((peer) => ({ peer, times: [] as number[] }));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (let i = 0; i < Number(values.steps); i++) ours.push(await heed.run());
    for (const { peer, times } of theirs) {
      if (!("failed" in peer)) times.push(...(await peer.run(Number(values.steps))));
    }
  }
  heed.close();
  const tokens = batch * length;
  const row = (name: string, times: readonly number[]): string[] => [
    name,
    `${median(times).toFixed(1)} (${spread(times)})`,
    Math.min(...times).toFixed(1),
    ((1000 * tokens) / median(times)).toFixed(0),
  ];
  console.log(`| ${[size.name, ...row("Heed", ours), "", ""].join(" | ")} |`);
  for (const [i, { peer, times }] of theirs.entries()) {
    const name = i === 0 ? "PyTorch" : "PyTorch, torch.compile";
    if ("failed" in peer) {
      console.log(`| | ${name} | failed: ${peer.failed.replaceAll("|", "/")} | | | | |`);
      continue;
    }
    peer.close();
    if (peer.parameters !== heed.parameters) {
      throw new Error(`not the same model: ${heed.parameters} and ${peer.parameters} parameters`);
    }
    const ratio = (median(ours) / median(times)).toFixed(2);
    const best = (Math.min(...ours) / Math.min(...times)).toFixed(2);
    console.log(`| ${["", ...row(`${name} ${peer.version}`, times), ratio, best].join(" | ")} |`);
  }
}
