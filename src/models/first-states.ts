import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { positionsFrom } from "../nn/attention.ts";
import { type Layer, layer, type Scope } from "../nn/layer.ts";
import { LearnedPositions, type Positions, positionsLike, SinusoidalPositions } from "../nn/positions.ts";
import { add } from "../ops/elementwise.ts";
import { under } from "./named-tensors.ts";
import type { Tensors } from "./seq2seq.ts";

/** Sinusoids or learned vectors added to the embeddings, or rotary queries and keys in every self-attention. */
export type PositionKind = "sinusoidal" | "learned" | "rotary";

export interface AddedPositionsConfig {
  readonly positions: PositionKind;
  /** Longest text, in tokens. */
  readonly maxLength: number;
  readonly dModel: number;
  /** The 10000 of sinusoids. Default 10000. */
  readonly base?: number;
}

/** The positions to add to embeddings; none for rotary positions. */
export function AddedPositions(c: AddedPositionsConfig): Layer<Positions | undefined> {
  const { positions, maxLength, dModel } = c;
  if (positions === "rotary") return layer({}, () => undefined);
  return positions === "learned"
    ? LearnedPositions(maxLength, dModel)
    : SinusoidalPositions(maxLength, dModel, c);
}

/** The number of tokens decoded before. */
export function lengthOf(state: Tensors | undefined): Size {
  const { keys, read = keys } = state ? under(0, state) : {};
  return read?.shape[2] ?? 0;
}

/**
 * Adds positions to embeddings, if the model has any to add.
 *
 *   x [batch, length, dim]  ->  [batch, length, dim]
 *
 * Taps, given a scope: positions [length, dim]; sum.
 *
 * @param state  The decoder's state: x follows the tokens it has seen.
 * @param indices  Positions of x, int32 [length] or [batch, length]. Default: those after the state's tokens.
 */
export function withPositions(
  x: Value,
  positions: Positions | undefined,
  state?: Tensors | undefined,
  scope?: Pick<Scope, "tap">,
  indices: Value = positionsFrom(lengthOf(state), x.shape[1] as Size),
): Value {
  if (!positions) return x;
  const { tap = (_, value) => value }: Partial<Pick<Scope, "tap">> = scope ?? {};
  return tap("sum", add(x, tap("positions", positionsLike(x, positions(indices)))));
}

/**
 * The input of the first layer: embeddings, positions, a norm if there is one, and dropout.
 *
 *   embedded [batch, length, dim]  ->  [batch, length, dim]
 *
 * Taps: embedding, before positions; positions and sum, if positions are added; states.
 *
 * @param state  The decoder's state, as in `withPositions`.
 */
export function firstStates(
  scope: Scope,
  embedded: Value,
  { positions, dropout, state, indices, norm = (x) => x }: FirstStatesOptions,
): Value {
  const placed = norm(withPositions(scope.tap("embedding", embedded), positions, state, scope, indices));
  return scope.tap("states", scope.dropout(placed, dropout));
}

export interface FirstStatesOptions {
  readonly positions: Positions | undefined;
  readonly dropout: number;
  readonly state?: Tensors | undefined;
  /** Positions of the tokens, int32 [length] or [batch, length]. Default: those after the state's tokens. */
  readonly indices?: Value | undefined;
  /** Applied to the sum, before dropout. Default: none. */
  readonly norm?: ((x: Value) => Value) | undefined;
}
