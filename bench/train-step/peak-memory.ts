/**
 * Claim: the peak resident memory of a training step is at most PyTorch's.
 *
 *   npx tsx bench/train-step/peak-memory.ts --python .venv/bin/python [--sizes 0,1,2] [--dropout 0]
 *
 * Each side in a process of its own, from its start through 10 steps, all that the process holds counted: also what the
 * programs themselves take before they do anything, which is a column of its own.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { machine } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { openHeedStep, sizeAt } from "./heed-step.ts";

const STEPS = 10;
const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    sizes: { type: "string", default: "0,1,2" },
    dropout: { type: "string", default: "0" },
    only: { type: "string" },
  },
});
const dropout = Number(values.dropout);
if (values.only === undefined) await compare();
else {
  const loaded = peak();
  const step = await openHeedStep(openNativeEngine(), sizeAt(values.only), dropout);
  for (let i = 0; i < STEPS; i++) await step.run();
  step.close();
  console.log(JSON.stringify([loaded, peak()]));
}

/** MiB */
function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

async function compare(): Promise<void> {
  console.log(`${machine()}; dropout ${dropout}; peak resident memory in MiB, ${STEPS} steps\n`);
  console.log(
    "| size | Heed | of it code alone | PyTorch | of it code alone | Heed / PyTorch |\n|---|---|---|---|---|---|",
  );
  for (const index of values.sizes.split(",")) {
    const size = sizeAt(index);
    const here = [fileURLToPath(import.meta.url), "--only", index, "--dropout", values.dropout];
    const child = spawnSync(process.execPath, [...process.execArgv, ...here], { encoding: "utf8" });
    if (child.status !== 0) throw new Error(child.stderr);
    const ours = JSON.parse(child.stdout) as [number, number];
    const torch = await openPeer(values.python, "transformer_step.py", {
      ...size,
      dropout,
      threads: physicalCores(),
    });
    await torch.run(STEPS);
    const theirs = await torch.peak();
    torch.close();
    const cells = [ours[1], ours[0], theirs[1], theirs[0]].map((mib) => mib.toFixed(0));
    console.log(`| ${[size.name, ...cells, (ours[1] / theirs[1]).toFixed(2)].join(" | ")} |`);
  }
}
