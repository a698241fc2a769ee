import { beginning, MEMORY, NEXT, STATE, under } from "../models/named-tensors.ts";
import { feedsFor } from "../runtime/compile.ts";
import { deviceOf } from "../runtime/devices.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { beamSearch } from "./beam.ts";
import { finish, type Hypothesis, type Path, type ScoreOptions } from "./hypothesis.ts";
import { padded } from "./packing.ts";
import { type Named, openSessions, release } from "./sessions.ts";
import { encodeGraph, greedyGraph, together } from "./step-graphs.ts";
import { openStepper, type StepperOptions } from "./stepper.ts";

export interface GreedyOptions extends Omit<StepperOptions, "candidates"> {
  /** Id of </s>. */
  readonly end: number;
}

/** The likeliest token, until that is </s>: `beamSearch` with a beam of 1, with fewer calls of the runtime. */
export interface Greedy {
  /** @returns for every source, in order, its one hypothesis. */
  search(
    sources: readonly ArrayLike<number>[],
    options: Omit<ScoreOptions, "best" | "end">,
  ): Promise<Hypothesis[][]>;
  close(): void;
}

/** A run goes on until this share of its sentences have ended; then those leave the batch. */
const PATIENCE = 1 / 2;

/** Most steps of a run, where there is no limit. */
const LONGEST = 2 ** 31 - 1;

/**
 * Greedy search whose steps stay in the runtime: a run makes many, and comes back when sentences are to leave the batch. On
 * a graphics card, where ONNX Runtime's Loop waits for every condition, a run makes one.
 */
export async function openGreedy({ end, ...options }: GreedyOptions): Promise<Greedy> {
  if (!deviceOf(options.engine.device).hasLoop) {
    const stepper = await openStepper({ ...options, candidates: 1 });
    return {
      search: (sources, how) => beamSearch(stepper, sources, { ...how, end, beam: 1 }),
      close: stepper.close,
    };
  }
  const models = together(options.model);
  const sessions = await openSessions(
    options,
    encodeGraph(models, options.padding),
    greedyGraph(models, end),
  );
  const { read: encode, step, memoryRows, stateRows } = sessions;

  const search: Greedy["search"] = async (sources, how) => {
    const { maxLength = (n: number): number => 2 * n + 10, start } = how;
    const root: Path = { token: start, before: undefined, length: 0, logProbability: 0 };
    const found: Hypothesis[][] = sources.map(() => []);
    let alive = sources.map((source, index) => ({
      index,
      limit: Math.max(1, maxLength(source.length)),
      path: root,
    }));
    if (alive.length === 0) return found;
    const read = await encode({ source: padded(sources, options.padding) });
    let memory = beginning(MEMORY, read);
    let state = beginning(STATE, read);
    try {
      for (;;) {
        const rows = alive.length;
        const enough = Math.ceil(rows * PATIENCE);
        // In tokens, the shortest first: as many texts may end by their limits as by </s>.
        const left = alive.map(({ limit, path }) => Math.ceil(limit) - path.length).sort((a, b) => a - b);
        const { best, logProbabilities, ...next } = (await step({
          ...feedsFor(step, memory),
          ...state,
          tokens: { shape: [rows, 1], data: Int32Array.from(alive, ({ path }) => path.token) },
          ended: { shape: [rows, 1], data: new Float32Array(rows) },
          patience: enough,
          limit: Math.min(left[enough - 1] as number, LONGEST),
        })) as Named;
        release(state);
        const { tokens: last, ended, ...after } = under(NEXT, next);
        state = after;
        for (const one of [last, ended]) one?.dispose();
        const [tokens, logs] = await Promise.all([taken(best as Tensor), taken(logProbabilities as Tensor)]);
        const going: number[] = [];
        for (const [row, text] of alive.entries()) {
          let { path } = text;
          for (let at = row; at < tokens.length && path.length < text.limit; at += rows) {
            const token = tokens[at] as number;
            const logProbability = path.logProbability + (logs[at] as number);
            path = { token, before: path, length: path.length + 1, logProbability };
            if (token === end) break;
          }
          text.path = path;
          if (path.token === end || path.length >= text.limit) found[text.index] = [finish(path, how)];
          else going.push(row);
        }
        if (going.length === 0) return found;
        if (going.length < rows) {
          const order = Int32Array.from(going);
          memory = await memoryRows.run(memory, order);
          state = await stateRows.run(state, order);
          alive = going.map((row) => alive[row] as (typeof alive)[number]);
        }
      }
    } finally {
      release(memory);
      release(state);
    }
  };
  return { search, close: sessions.close };
}

/** The numbers of a tensor, which is given back. */
async function taken(tensor: Tensor): Promise<Int32Array | Float32Array> {
  const numbers = ((await tensor.read()) as Int32Array | Float32Array).slice();
  tensor.dispose();
  return numbers;
}
