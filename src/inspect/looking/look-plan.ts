import { gradients } from "../../autodiff/gradients.ts";
import { input } from "../../ir/leaf.ts";
import type { Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import type { Observer } from "../../nn/taps.ts";
import { sum } from "../../ops/broadcast.ts";
import { mul, sub } from "../../ops/elementwise.ts";
import { gatherLast, topK } from "../../ops/gather.ts";
import { reshape } from "../../ops/reshape.ts";
import { logSoftmax } from "../../ops/softmax.ts";
import { compile, type Program } from "../../runtime/compile.ts";
import type { Engine, SessionOptions } from "../../runtime/engine.ts";
import type { HostTensor, State } from "../../runtime/state.ts";
import { type Changeable, changeable } from "./intervention.ts";
import type { Called, Subject } from "./subject.ts";

export interface PlanOptions {
  readonly engine: Engine;
  /** Weights frozen into the graph… */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** …or those of a model in training. */
  readonly state?: State;
  readonly session?: SessionOptions;
}

/** Taps by what is done with them. */
export interface Wanted {
  readonly read: readonly string[];
  readonly changed: readonly string[];
  /** Taps that are changed before all else: what is looked into is a model with that change. */
  readonly given?: readonly string[];
  readonly differentiated: readonly string[];
  /** A tap whose numbers, along a direction that is fed, are differentiated in place of the output. */
  readonly along?: string | undefined;
}

/** A program that reads, changes and differentiates a set of taps. */
export interface Plan extends Wanted {
  readonly program: Program;
  /** What is fed at taps that are changed or differentiated. */
  readonly fed: ReadonlyMap<string, Changeable>;
  /** The same, of changes before all else; their feeds are named by `givenName`. */
  readonly givenFed: ReadonlyMap<string, Changeable>;
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

/** What the feeds of a change before all else are called after. */
export const givenName = (path: string): string => `given ${path}`;

/** The graph of a set of paths. */
interface LookGraph extends Pick<Plan, "fed" | "givenFed" | "shapes"> {
  readonly outputs: Readonly<Record<string, Value>>;
}

export function lookGraph(subject: Subject, wanted: Wanted): LookGraph {
  const { read, changed, given = [], differentiated, along } = wanted;
  const { taps, logits, fed, givenFed } = callWith(
    subject,
    new Set([...changed, ...differentiated]),
    new Set(given),
  );
  const outputs: Record<string, Value> = { ...saidOutputs(logits) };
  for (const path of read) outputs[`tap ${path}`] = taps.get(path) as Value;
  for (const path of changed) {
    const arriving = fed.get(path)?.arriving;
    if (arriving) outputs[`arriving ${path}`] = arriving;
  }
  if (differentiated.length > 0) {
    const direction = along === undefined ? undefined : (taps.get(along) as Value);
    outputs.output = direction
      ? sum(mul(direction, input(ALONG, direction.dtype, direction.shape)))
      : chosenOutput(logits);
    const puts = differentiated.map((path) => (fed.get(path) as Changeable).put);
    gradients(outputs.output, puts).forEach((gradient, i) => {
      outputs[`gradient ${differentiated[i]}`] = gradient;
    });
  }
  const shaped = along === undefined ? read : [...read, along];
  return {
    outputs,
    fed,
    givenFed,
    shapes: new Map(shaped.map((path) => [path, (taps.get(path) as Value).shape])),
  };
}

/** Builds and compiles the graph of a set of paths. */
export async function openPlan(
  { engine, weights, state, session }: PlanOptions,
  subject: Subject,
  wanted: Wanted,
): Promise<Plan> {
  const { outputs, ...graph } = lookGraph(subject, wanted);
  const program = await compile({
    engine,
    outputs,
    ...(weights ? { constants: weights } : {}),
    ...(state ? { state } : {}),
    ...(session ? { session } : {}),
  });
  return { ...wanted, ...graph, program };
}

/** Calls the model with some taps fed; at one that is in both sets, the given change comes first. */
function callWith(
  subject: Subject,
  paths: ReadonlySet<string>,
  given: ReadonlySet<string>,
): Called & Pick<LookGraph, "fed" | "givenFed"> {
  const [fed, givenFed] = [new Map<string, Changeable>(), new Map<string, Changeable>()];
  const at: Observer = (path, value, position) => {
    let answer = value;
    for (const [wanted, all, name] of [
      [given, givenFed, givenName(path)],
      [paths, fed, path],
    ] as const) {
      if (!wanted.has(path)) continue;
      const made = changeable(path, answer, subject.timeAt(path), position, name);
      all.set(path, made.changeable);
      answer = made.answer;
    }
    return answer;
  };
  return { ...subject.graph(paths.size + given.size > 0 ? { at } : {}), fed, givenFed };
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
