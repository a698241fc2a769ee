/** What the optimisers share: their settings, what they are given and what they give back. */
import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { add, mul } from "../ops/elementwise.ts";

/** The next values of all parameters, and the state that this needs. */
export interface Optimiser {
  /** Next values of parameters and of the optimiser's own state. */
  readonly updates: ReadonlyMap<Value, Value>;
  /** The optimiser's state, all zeros at the start; names are `optimizer.<moment>.<path>`. */
  readonly state: readonly Value[];
  /** Scalars to feed at a step, counted from 1, for a learning rate. */
  readonly feeds: (step: number, rate: number) => Record<string, number>;
}

export interface Trained {
  readonly path: string;
  readonly value: Value;
  readonly gradient: Value;
}

export interface OptimiserConfig {
  /** "muon" trains matrices between states; AdamW trains the rest. */
  readonly optimizer: "adamw" | "adam" | "sgd" | "muon";
  /** adamw, muon: fraction of each weight removed per unit of rate; adam, sgd: added to the gradient as weightDecay · p. */
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** sgd, muon. */
  readonly momentum: number;
  /** Decay of the moving average of weights. Default: none is kept. */
  readonly ema?: number | undefined;
}

/** The mean so far, moved towards a new value.        β old + (1 - β) now */
export const average = (old: Value, beta: number, now: Value): Value =>
  add(mul(old, beta), mul(now, 1 - beta));

/** A number that is fed at every step. */
export const scalar = (name: string): Value => input(`optimizer.${name}`, "float32", []);
