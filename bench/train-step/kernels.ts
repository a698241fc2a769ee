/** What ONNX Runtime's profiler says of the kernels of a training step. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/runtime/engine.ts";
import { median } from "../machine.ts";
import { type Product, productOf } from "./products.ts";

/** Names of ops that are matrix products. */
export const PRODUCTS = new Set(["Gemm", "MatMul", "FusedMatMul", "FusedGemm"]);

/** An event of the profile: one run of one kernel, or of the whole session. */
export interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

/**
 * The events of each run of each session that `work` opens with the engine it is given, in order; the event of the whole run
 * comes last.
 */
export async function profiledSessions(
  engine: Engine,
  work: (engine: Engine) => Promise<unknown>,
): Promise<Event[][][]> {
  const folder = mkdtempSync(join(tmpdir(), "heed-profile-"));
  let opened = 0;
  try {
    await work({
      ...engine,
      load: (model, options) => engine.load(model, { ...options, profile: join(folder, `${opened++}-`) }),
    });
    return readdirSync(folder)
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .map((file) => byRun(JSON.parse(readFileSync(join(folder, file), "utf8")) as Event[]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `profiledSessions`, of the only one. */
export async function profiled(
  engine: Engine,
  work: (engine: Engine) => Promise<unknown>,
): Promise<Event[][]> {
  return (await profiledSessions(engine, work))[0] ?? [];
}

function byRun(events: readonly Event[]): Event[][] {
  const all: Event[][] = [];
  let current: Event[] = [];
  for (const event of events) {
    if (event.cat === "Node") current.push(event);
    if (event.name !== "model_run") continue;
    all.push([...current, event]);
    current = [];
  }
  return all;
}

/** Median over the runs of the milliseconds of the kernels of each group, and how many there are in a run. */
export function grouped(runs: readonly Event[][], groupOf: (event: Event) => string | undefined) {
  const groups = new Map<string, { times: number[]; calls: number; event: Event }>();
  for (const [run, events] of runs.entries()) {
    for (const event of events) {
      const name = event.cat === "Node" ? groupOf(event) : undefined;
      if (name === undefined) continue;
      const group = groups.get(name) ?? { times: runs.map(() => 0), calls: 0, event };
      groups.set(name, group);
      group.times[run] = (group.times[run] ?? 0) + event.dur / 1000;
      if (run === 0) group.calls += 1;
    }
  }
  return Array.from(groups, ([name, { times, ...rest }]) => ({ name, ms: median(times), ...rest })).sort(
    (a, b) => b.ms - a.ms,
  );
}

/** The matrix product that an event is of, if it is one. */
export function productIn({ args }: Event): Product | undefined {
  if (!PRODUCTS.has(args?.op_name ?? "")) return undefined;
  const [left] = args?.input_type_shape ?? [];
  const [result] = args?.output_type_shape ?? [];
  return productOf(left?.float ?? [], result?.float ?? []);
}
