/**
 * Claim: what keeps a training step from being faster is the speed of single matrix products, ONNX Runtime's against
 * PyTorch's.
 *
 *   python -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt
 *   npx tsx bench/train-step/sgemm.ts --python .venv/bin/python [--size 2] [--rounds 5]
 *
 * Every product of a step by shape, alone, both operands plain matrices in memory; the same threads; rounds of 10 alternate.
 */
import { parseArgs } from "node:util";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { machine, median } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { sizeAt } from "./heed-step.ts";
import { flopsOf, type Product, timeProduct } from "./products.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    size: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
  },
});
const size = sizeAt(values.size);
const [tokens, d, hidden, vocabulary] = [
  size.batch * size.length,
  size.dModel,
  4 * size.dModel,
  size.vocabulary,
];
const products = [
  ["a projection", [tokens, d, d]],
  ["feed-forward, in", [tokens, d, hidden]],
  ["feed-forward, out", [tokens, hidden, d]],
  ["gradient of a projection", [d, tokens, d]],
  ["gradients of feed-forward", [hidden, tokens, d]],
  ["logits", [tokens, d, vocabulary]],
  ["gradient of logits", [tokens, vocabulary, d]],
  ["gradient of the embedding", [vocabulary, tokens, d]],
] as const;
const engine = openNativeEngine();
const threads = physicalCores();
console.log(
  `${machine()}; ${size.name}; ${threads} threads; medians of ${values.rounds} alternating rounds\n`,
);
for (const [index, [name, [m, k, n]]] of products.entries()) {
  const product: Product = { count: 1, m, k, n };
  const peer = await openPeer(values.python, "sgemm.py", { product, threads });
  if (index === 0) {
    console.log(
      `| product | | Heed, GFLOP/s | PyTorch ${peer.version} | Heed / PyTorch |\n|---|---|---|---|---|`,
    );
  }
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    ours.push(median(await timeProduct(engine, product, 10)));
    theirs.push(median(await peer.run(10)));
  }
  peer.close();
  const speed = (ms: number): number => flopsOf(product) / ms / 1e6;
  const [heed, torch] = [speed(median(ours)), speed(median(theirs))];
  const row = [name, `${m}·${k}·${n}`, heed.toFixed(0), torch.toFixed(0), (heed / torch).toFixed(2)];
  console.log(`| ${row.join(" | ")} |`);
}
