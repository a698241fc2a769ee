/**
 * Claim: a training step (forward, backward, clipping, AdamW) takes less time than PyTorch's on the same cores.
 *
 *   python -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt
 *   npx tsx bench/train-step/train-step.ts --python .venv/bin/python [--rounds 6] [--dropout 0.1] [--sizes 0,1,2]
 *
 * Both run in alternating rounds in the same minutes, and each waits while the other works. PyTorch gets
 * OMP_WAIT_POLICY=passive: otherwise its idle threads spin and it is not a fair peer. Debian's PyTorch also needs
 * libopenblas0: with the reference BLAS a step takes thirty times as long.
 */
import { parseArgs } from "node:util";
import { machine, median, spread } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { openHeedStep, type Size, sizes } from "./heed-step.ts";

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
console.log(
  `${machine()}; dropout ${dropout}; medians of ${values.rounds} alternating rounds of ${values.steps} steps\n`,
);
console.log(
  "| size | Heed ms (middle half) | PyTorch ms (middle half) | Heed / PyTorch | best / best | build ms |",
);
console.log("|---|---|---|---|---|---|");
for (const index of values.sizes.split(",")) {
  const size = sizes[Number(index)];
  if (size) await compare(size);
}

async function compare(size: Size): Promise<void> {
  const { layers, dModel, vocabulary, batch, length } = size;
  const torch = await openPeer(values.python, "transformer_step.py", {
    ...{ layers, dModel, vocabulary, batch, length },
    dropout,
    threads: 2,
  });
  const heed = await openHeedStep(size, dropout);
  for (let i = 0; i < 3; i++) await heed.run();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (let i = 0; i < Number(values.steps); i++) ours.push(await heed.run());
    theirs.push(...(await torch.run(Number(values.steps))));
  }
  heed.close();
  torch.close();
  const ratio = (median(ours) / median(theirs)).toFixed(2);
  const best = (Math.min(...ours) / Math.min(...theirs)).toFixed(2);
  const cells = [
    `${size.name} (PyTorch ${torch.version})`,
    `${median(ours).toFixed(0)} (${spread(ours)})`,
    `${median(theirs).toFixed(0)} (${spread(theirs)})`,
    ratio,
    best,
    heed.openMs.toFixed(0),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
