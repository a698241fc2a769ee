/**
 * Claim: from a configuration to the first update at 6+6 layers of 512 it takes 2 s or less.
 *
 *   npx tsx bench/train-step/open.ts [--size 2] [--rounds 5]
 *
 * Each round is a fresh process, once for the total and once more under V8's sampling profiler, which says which part
 * the time went to. The session opens on a thread of its own while JavaScript draws the weights, so the parts add up to
 * more than the total.
 */
import { spawnSync } from "node:child_process";
import { Session as Inspector } from "node:inspector/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median, spread } from "../machine.ts";
import { openHeedStep, sizeAt } from "./heed-step.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    child: { type: "string" },
  },
});
const size = sizeAt(values.size);

/** Functions of src/ and the part of the work that everything below them belongs to; the innermost counts. */
const partOf: Readonly<Record<string, string>> = {
  build: "graph",
  translationObjective: "graph",
  gradients: "gradients",
  clipByGlobalNorm: "clipping and optimiser",
  packVectors: "clipping and optimiser",
  optimiser: "clipping and optimiser",
  lower: "lowering",
  encodeModel: "encoding",
  initialise: "weights",
};
type Times = Record<string, number>;

if (values.child === undefined) report();
else console.log(JSON.stringify(values.child === "total" ? await open() : await profiled()));

function report(): void {
  const found = new Map<string, number[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [part, ms] of Object.entries({ ...child("parts"), ...child("total") })) {
      found.set(part, [...(found.get(part) ?? []), ms]);
    }
  }
  console.log(`${machine()}; ${size.name}; ${values.rounds} fresh processes\n`);
  console.log("| part | ms, median (middle half) | best |\n|---|---|---|");
  for (const [part, all] of found) {
    console.log(`| ${part} | ${median(all).toFixed(0)} (${spread(all)}) | ${Math.min(...all).toFixed(0)} |`);
  }
}

function child(what: string): Times {
  const args = [fileURLToPath(import.meta.url), "--child", what, "--size", values.size];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Times;
}

async function open(engine: Engine = openNativeEngine()): Promise<Times> {
  const start = performance.now();
  const step = await openHeedStep(engine, size, 0.1);
  const opened = performance.now();
  await step.run();
  const first = performance.now() - opened;
  step.close();
  return { "first step": first, "**all, to the end of the first step**": opened - start + first };
}

async function profiled(): Promise<Times> {
  const native = openNativeEngine();
  const parts: Times = Object.fromEntries([...new Set(Object.values(partOf))].map((part) => [part, 0]));
  const engine: Engine = {
    ...native,
    load: async (bytes, options) => {
      const start = performance.now();
      const session = await native.load(bytes, options);
      parts["session, on its own thread"] = performance.now() - start;
      return session;
    },
  };
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post("Profiler.enable");
  await inspector.post("Profiler.setSamplingInterval", { interval: 500 });
  await inspector.post("Profiler.start");
  await open(engine);
  const { profile } = await inspector.post("Profiler.stop");
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const above = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((one) => [one, id])));
  const partAt = (leaf: number): string | undefined => {
    for (let at: number | undefined = leaf; at !== undefined; at = above.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      const part = frame?.url.includes("/src/") ? partOf[frame.functionName] : undefined;
      if (part) return part;
    }
    return undefined;
  };
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const part = partAt(id);
    if (part) parts[part] = (parts[part] ?? 0) + (profile.timeDeltas?.[i] ?? 0) / 1000;
  }
  return parts;
}
