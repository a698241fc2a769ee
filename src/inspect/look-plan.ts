import { gradients } from "../autodiff/gradients.ts";
import { input } from "../ir/leaf.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { Observer } from "../nn/taps.ts";
import { sum } from "../ops/broadcast.ts";
import { mul, sub } from "../ops/elementwise.ts";
import { gatherLast, topK } from "../ops/gather.ts";
import { reshape } from "../ops/reshape.ts";
import { logSoftmax } from "../ops/softmax.ts";
import { compile, type Program } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import { type Changeable, changeable } from "./intervention.ts";
import type { subjectOf } from "./subject.ts";

export interface PlanOptions {
  readonly engine: Engine;
  /** Weights frozen into the graph… */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** …or those of a model in training. */
  readonly state?: State;
  readonly session?: SessionOptions;
}

/** A program that reads, changes and differentiates a set of taps. */
export interface Plan {
  readonly program: Program;
  readonly taps: readonly string[];
  readonly changed: ReadonlyMap<string, Changeable>;
  readonly derived: readonly string[];
  /** A tap that is differentiated along a direction, in place of the output. */
  readonly along: string | undefined;
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
}

/** Names of the feeds that choose an output. */
export const PICKS = {
  of: "of",
  ofWeight: "of.weight",
  against: "against",
  againstWeight: "against.weight",
} as const;

/** Name of the feed that gives the direction of a tap. */
export const ALONG = "along";

/** Builds and compiles the graph of a set of paths. */
export async function openPlan(
  { engine, weights, state, session }: PlanOptions,
  subject: ReturnType<typeof subjectOf>,
  {
    taps,
    changed,
    derived,
    along,
  }: {
    taps: readonly string[];
    changed: readonly string[];
    derived: readonly string[];
    along?: string | undefined;
  },
): Promise<Plan> {
  const fed = new Set([...changed, ...derived]);
  const changeables = new Map<string, Changeable>();
  const at: Observer = (path, value, position) => {
    if (!fed.has(path)) return value;
    const made = changeable(path, value, subject.timeAt(path), position);
    changeables.set(path, made.changeable);
    return made.answer;
  };
  const { model, logits } = subject.graph(fed.size > 0 ? { at } : {});
  const outputs: Record<string, Value> = { ...saidOutputs(logits) };
  for (const path of taps) outputs[`tap ${path}`] = model.taps.get(path) as Value;
  if (derived.length > 0) {
    const direction = along === undefined ? undefined : (model.taps.get(along) as Value);
    outputs.output = direction
      ? sum(mul(direction, input(ALONG, direction.dtype, direction.shape)))
      : chosenOutput(logits);
    const puts = derived.map((path) => (changeables.get(path) as Changeable).put);
    gradients(outputs.output, puts).forEach((gradient, i) => {
      outputs[`gradient ${derived[i]}`] = gradient;
    });
  }
  const program = await compile({
    engine,
    outputs,
    ...(weights ? { constants: weights } : {}),
    ...(state ? { state } : {}),
    ...(session ? { session } : {}),
  });
  const shaped = along === undefined ? taps : [...taps, along];
  const shapes = new Map(shaped.map((path) => [path, (model.taps.get(path) as Value).shape]));
  return { program, taps, changed: changeables, derived, along, shapes };
}

function saidOutputs(logits: Value): { logProbabilities: Value; likeliest: Value } {
  const [batch, places] = logits.shape as [Size, Size];
  const expected = input("expected", "int32", [batch, places, 1]);
  const picked = gatherLast(logSoftmax(logits), expected);
  return {
    logProbabilities: reshape(picked, [batch, places]),
    likeliest: topK(logits, 1).indices,
  };
}

/** Σ w ln p(of) - Σ w ln p(against), over all places. */
function chosenOutput(logits: Value): Value {
  const [batch, places] = logits.shape as [Size, Size];
  const logProbabilities = logSoftmax(logits);
  const side = (ids: string, weight: string): Value => {
    const picked = gatherLast(logProbabilities, input(ids, "int32", [batch, places, 1]));
    return sum(mul(picked, input(weight, "float32", [batch, places, 1])));
  };
  return sub(side(PICKS.of, PICKS.ofWeight), side(PICKS.against, PICKS.againstWeight));
}
