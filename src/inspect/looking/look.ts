import type { TapPattern } from "../../nn/match-taps.ts";
import type { Intervention } from "./intervention.ts";
import type { AxisTokens } from "./subject.ts";

/** One axis of a tensor: what it counts, and the tokens at its places where it counts tokens. */
export interface Axis {
  /** batch, heads, queries, keys, length, dim, … */
  readonly name: string;
  readonly size: number;
  readonly tokens?: AxisTokens;
}

/** Numbers from inside a model, for one example: the batch axis has size 1. */
export interface NamedTensor {
  readonly path: string;
  readonly axes: readonly Axis[];
  readonly data: Float32Array;
}

/** The model's output at each place: target tokens, next tokens, or the label. */
export interface Said {
  /** The tokens that are expected there; of a text without a label, the label that the model gives it. */
  readonly expected: readonly string[];
  /** ln p of the expected token at each place. */
  readonly logProbabilities: Float32Array;
  /** The likeliest token at each place. */
  readonly likeliest: readonly string[];
}

/** A number that the model gives out, to differentiate: Σ ln p(of) - Σ ln p(against). */
export interface ChosenOutput {
  /** The place of the token, from 0. Default: all places, added up. */
  readonly place?: number;
  /** The token's id. Default: the expected one. */
  readonly of?: number;
  /** Why that one and not this? Its log probability is taken off. */
  readonly against?: number;
}

export interface LookOptions {
  /** Taps to read, by pattern. */
  readonly taps?: readonly TapPattern[];
  readonly intervene?: readonly Intervention[];
  /** Taps whose gradients are wanted, by pattern, and of what. */
  readonly gradients?: readonly TapPattern[];
  readonly output?: ChosenOutput;
}

export interface Look {
  /** The taps asked for, by path, in the model's order; with interventions, as they went on. */
  readonly taps: ReadonlyMap<string, NamedTensor>;
  /** d output / d tap, by path. */
  readonly gradients: ReadonlyMap<string, NamedTensor>;
  /** The output that was differentiated; NaN where no gradient was asked for. */
  readonly output: number;
  readonly said: Said;
  /** With interventions: the same without them, and what they change. */
  readonly without?: Without;
}

/** A look without its interventions. */
export interface Without {
  readonly taps: ReadonlyMap<string, NamedTensor>;
  readonly output: number;
  readonly said: Said;
  /** By how much ln p of the expected token rises at each place with the interventions. */
  readonly deltas: Float32Array;
  /** Their sum: by how much ln p of all that is expected rises. */
  readonly delta: number;
  /** Interventions that changed no number. */
  readonly unchanged: readonly Intervention[];
}
