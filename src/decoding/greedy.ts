import { beginning, LISTED, MEMORY, NEXT, STATE, under } from "../models/named-tensors.ts";
import { feedsFor } from "../runtime/compile.ts";
import { deviceOf } from "../runtime/devices.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { beamSearch } from "./beam.ts";
import { finish, type Hypothesis, type Path, type ScoreOptions } from "./hypothesis.ts";
import { listedTensors } from "./listed.ts";
import { padded } from "./packing.ts";
import { type Named, openSessions, release } from "./sessions.ts";
import { asEnsemble, encodeGraph, greedyGraph } from "./step-graphs.ts";
import { openStepper, type StepperOptions } from "./stepper.ts";

export interface GreedyOptions extends Omit<StepperOptions, "candidates"> {
  /** Id of </s>. */
  readonly end: number;
}

/** Takes the most likely token until that is </s>: `beamSearch` with a beam of 1, in fewer calls to the runtime. */
export interface Greedy {
  /** @returns for each source, in order, its one hypothesis. */
  search(
    sources: readonly ArrayLike<number>[],
    options: Omit<ScoreOptions, "best" | "end">,
  ): Promise<Hypothesis[][]>;
  close(): void;
}

/** A run stops when this share of its sentences have ended; those then leave the batch. */
const PATIENCE = 1 / 2;

/** Most steps of a run when there is no limit. */
const LONGEST = 2 ** 31 - 1;

/**
 * Greedy search whose steps stay in the runtime: one run takes many steps and returns when sentences should leave the
 * batch. On a GPU, where ONNX Runtime's Loop waits for every condition, a run takes one step.
 */
export async function openGreedy({ end, ...options }: GreedyOptions): Promise<Greedy> {
  if (!deviceOf(options.engine.device).hasLoop) {
    const stepper = await openStepper({ ...options, candidates: 1 });
    return {
      search: (sources, options) => beamSearch(stepper, sources, { ...options, end, beam: 1 }),
      close: stepper.close,
    };
  }
  const models = asEnsemble(options.model);
  const { shortlist } = options;
  const isListed = shortlist !== undefined;
  const sessions = await openSessions(
    options,
    encodeGraph(models, options.padding, { isListed }),
    greedyGraph(models, end, isListed),
  );
  const { read: encode, step, memoryRows, stateRows } = sessions;

  const search: Greedy["search"] = async (sources, scoring) => {
    const { maxLength = (n: number): number => 2 * n + 10, start } = scoring;
    const root: Path = { token: start, before: undefined, length: 0, logProbability: 0 };
    const results: Hypothesis[][] = sources.map(() => []);
    let alive = sources.map((source, index) => ({
      index,
      limit: Math.max(1, maxLength(source.length, index)),
      path: root,
    }));
    if (alive.length === 0) return results;
    const tensors = shortlist ? listedTensors(options.engine, shortlist, sources).tensors : {};
    const read = {
      ...(await encode({ source: padded(sources, options.padding), ...feedsFor(encode, tensors) })),
      ...tensors,
    };
    const listed = beginning(LISTED, read);
    let memory = beginning(MEMORY, read);
    let state = beginning(STATE, read);
    try {
      for (;;) {
        const rows = alive.length;
        const enough = Math.ceil(rows * PATIENCE);
        // Tokens left, fewest first: texts that reach their limits count as ended, too.
        const left = alive.map(({ limit, path }) => Math.ceil(limit) - path.length).sort((a, b) => a - b);
        const { best, logProbabilities, ...next } = (await step({
          ...feedsFor(step, memory),
          ...state,
          ...listed,
          tokens: { shape: [rows, 1], data: Int32Array.from(alive, ({ path }) => path.token) },
          ended: { shape: [rows, 1], data: new Float32Array(rows) },
          patience: enough,
          limit: Math.min(left[enough - 1] as number, LONGEST),
        })) as Named;
        release(state);
        const { tokens: last, ended, ...after } = under(NEXT, next);
        state = after;
        for (const tensor of [last, ended]) tensor?.dispose();
        const [tokens, logs] = await Promise.all([
          readAndDispose(best as Tensor),
          readAndDispose(logProbabilities as Tensor),
        ]);
        const unfinished: number[] = [];
        for (const [row, text] of alive.entries()) {
          let { path } = text;
          for (let at = row; at < tokens.length && path.length < text.limit; at += rows) {
            const token = tokens[at] as number;
            const logProbability = path.logProbability + (logs[at] as number);
            path = { token, before: path, length: path.length + 1, logProbability };
            if (token === end) break;
          }
          text.path = path;
          if (path.token === end || path.length >= text.limit) results[text.index] = [finish(path, scoring)];
          else unfinished.push(row);
        }
        if (unfinished.length === 0) return results;
        if (unfinished.length < rows) {
          const order = Int32Array.from(unfinished);
          memory = await memoryRows.run(memory, order);
          state = await stateRows.run(state, order);
          alive = unfinished.map((row) => alive[row] as (typeof alive)[number]);
        }
      }
    } finally {
      for (const tensors of [memory, state, listed]) release(tensors);
    }
  };
  return { search, close: sessions.close };
}

/** Copies a tensor's numbers and disposes of it. */
async function readAndDispose(tensor: Tensor): Promise<Int32Array | Float32Array> {
  const numbers = ((await tensor.read()) as Int32Array | Float32Array).slice();
  tensor.dispose();
  return numbers;
}
