/**
 * Question: how many target tokens a second does training reach on a graphics card in Node, beside PyTorch on CUDA on the
 * same card? fp32 on both sides.
 *
 *   python -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt
 *   npx tsx bench/gpu/train-step.ts --python .venv/bin/python [--device webgpu] [--rounds 6] [--steps 10]
 *     [--widths 256,512,1024]
 *
 * `--device cuda` needs HEED_ONNXRUNTIME to name a library of ONNX Runtime built for it. It refuses to measure where there
 * is no graphics card; `--software` runs it all the same, on a WebGPU computed by the CPU, without the peer: to see that
 * it works.
 */
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Device } from "../../src/runtime/devices.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median, spread } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { openHeedStep, type Size } from "../train-step/heed-step.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    device: { type: "string", default: "webgpu" },
    rounds: { type: "string", default: "6" },
    steps: { type: "string", default: "10" },
    widths: { type: "string", default: "256,512,1024" },
    batch: { type: "string", default: "64" },
    length: { type: "string", default: "32" },
    vocabulary: { type: "string", default: "16000" },
    dropout: { type: "string", default: "0.1" },
    software: { type: "boolean", default: false },
  },
});

/** Linux shows a graphics card as a device; elsewhere WebGPU is taken to have one. */
const hasGraphicsCard =
  process.platform !== "linux" ||
  existsSync("/dev/nvidia0") ||
  (existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("renderD")));

if (!hasGraphicsCard && !values.software) {
  console.log(
    "no graphics card here: nothing to measure (--software runs it on the CPU, to see that it works)",
  );
} else {
  const engine = await openEngine(values.device as Device);
  console.log(`${machine()}; ${engine.description}; dropout ${values.dropout}`);
  console.log(`medians of ${values.rounds} alternating rounds of ${values.steps} steps\n`);
  console.log(
    "| size | Heed ms (middle half) | tokens/s | PyTorch ms (middle half) | tokens/s | Heed / PyTorch |",
  );
  console.log("|---|---|---|---|---|---|");
  for (const width of values.widths.split(",")) console.log(await row(engine, Number(width)));
}

async function row(engine: Awaited<ReturnType<typeof openEngine>>, dModel: number): Promise<string> {
  const layers = 6;
  const [batch, length, vocabulary] = [values.batch, values.length, values.vocabulary].map(Number) as [
    number,
    number,
    number,
  ];
  const name = `${layers}+${layers} layers, d ${dModel}, V ${vocabulary}, ${batch}×${length}`;
  const size: Size = { name, layers, dModel, vocabulary, batch, length };
  const dropout = Number(values.dropout);
  const peer = values.software
    ? undefined
    : await openPeer(values.python, "transformer_step.py", { ...size, dropout, device: "cuda" });
  const heed = await openHeedStep(engine, size, dropout);
  await heed.run();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (let i = 0; i < Number(values.steps); i++) ours.push(await heed.run());
    if (peer) theirs.push(...(await peer.run(Number(values.steps))));
  }
  heed.close();
  peer?.close();
  const cells = (times: readonly number[]): string[] =>
    times.length === 0
      ? ["-", "-"]
      : [
          `${median(times).toFixed(1)} (${spread(times)})`,
          ((batch * length * 1000) / median(times)).toFixed(0),
        ];
  const ratio = peer ? (median(ours) / median(theirs)).toFixed(2) : "-";
  return `| ${[`${name}${peer ? ` (PyTorch ${peer.version})` : ""}`, ...cells(ours), ...cells(theirs), ratio].join(" | ")} |`;
}
