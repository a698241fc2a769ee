/**
 * How much of each machine's time training on several of them uses, before you rent them:
 *
 *   npx tsx examples/scale.ts --parameters 60e6 --tokens 4096 --ranks 8 --gbit 10
 *
 * An update of P parameters on T tokens computes 6 P T operations on each rank; then the gradients are added up over a
 * ring of n ranks, in 2(n-1) rounds that send 2(n-1)/n of their bytes. Nothing overlaps:
 *
 *   t_compute = 6 P T / F      t_reduce = (2(n-1)/n · b P / β + 2(n-1) α) / H      E = t_compute / (t_compute + t_reduce)
 *
 * P cancels as long as α is small: tokens per rank and update decide, and the ratio of F to β.
 */
import { parseArgs } from "node:util";

/** Each option with its unit. */
const defaults = {
  /** P: weights. Those that are only looked up, such as input embeddings that are not tied, compute nothing: leave them out. */
  parameters: 60e6,
  /** T: tokens of source and target that one rank processes in an update. */
  tokens: 4096,
  /** n */
  ranks: 8,
  /** β: of the link of one rank, in Gbit/s. */
  gbit: 10,
  /** F: what a rank computes in training, in GFLOP/s. `heed train` shows tokens a second: F = 6 P · that / 1e9. */
  gflops: 200,
  /** α: from one rank to the next, in microseconds. */
  latency: 50,
  /** b: bytes of a gradient on the wire; 2 with training.wire: bfloat16. */
  bytes: 4,
  /** H: updates between two reductions, training.localSteps. */
  local: 1,
};

const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: "string" as const }]));
const { values } = parseArgs({ options });
const given = { ...defaults };
for (const [name, text] of Object.entries(values)) {
  const value = Number(text);
  const isWhole = name !== "ranks" || Number.isInteger(value);
  if (!(value > 0 && value < Infinity && isWhole)) {
    console.error(`--${name} ${text}: give a ${name === "ranks" ? "whole " : ""}number above 0`);
    process.exit(64);
  }
  given[name as keyof typeof defaults] = value;
}

const { parameters, tokens, gflops, gbit, latency, bytes, local } = given;
const compute = (6 * parameters * tokens) / (gflops * 1e9);
/** Seconds an update spends in reduction. */
function reduction(ranks: number): number {
  const sent = ((2 * (ranks - 1)) / ranks) * bytes * parameters;
  return (sent / ((gbit / 8) * 1e9) + 2 * (ranks - 1) * latency * 1e-6) / local;
}

const counts = [...new Set([1, 2, 4, given.ranks, 2 * given.ranks])].sort((a, b) => a - b);
console.log(
  `${(parameters / 1e6).toFixed(0)} million parameters, ${tokens} tokens a rank, ${gbit} Gbit/s, ${gflops} GFLOP/s`,
);
console.log("ranks  compute s  reduce s  efficiency  tokens/s");
for (const ranks of counts) {
  const seconds = compute + reduction(ranks);
  const cells = [
    String(ranks).padStart(5),
    compute.toFixed(3).padStart(9),
    reduction(ranks).toFixed(3).padStart(8),
    `${((100 * compute) / seconds).toFixed(1)} %`.padStart(10),
    ((ranks * tokens) / seconds).toFixed(0).padStart(8),
  ];
  console.log(cells.join("  "));
}
