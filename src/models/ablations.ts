import { plus, type Size, times } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import {
  type Attended,
  type AttentionOptions,
  attention,
  type BoundAttention,
  KeysAsValuesAttention,
  MultiHeadAttention,
  positionsFrom,
} from "../nn/attention.ts";
import { type Initialiser, zeros as zeroInit } from "../nn/initialise.ts";
import { type Layer, layer, replacing } from "../nn/layer.ts";
import { type Residual, residualSum } from "../nn/norm.ts";
import { cast, equal } from "../ops/compare.ts";
import { add, mul } from "../ops/elementwise.ts";
import { range } from "../ops/range.ts";
import { reshape } from "../ops/reshape.ts";
import { attentionConfig, type BlockConfig, blockNorm } from "./block-parts.ts";

/**
 * Parts of a Transformer that can be removed to measure their effect:
 *
 * - positions: no token has a position: a bag of words
 * - residuals: no skip connection around a sublayer
 * - norm: no layer normalisation
 * - scale: scores are not divided by sqrt(d_key)
 * - values: keys serve as values, V = K
 * - diagonal: no position attends to itself (unless it sees nothing else)
 * - attention: weights are uniform over the visible keys
 */
export const ablations = [
  "positions",
  "residuals",
  "norm",
  "scale",
  "values",
  "diagonal",
  "attention",
] as const;
export type Ablation = (typeof ablations)[number];

/** How attention heads are initialised: independently, identically, or at zero. */
export type HeadInit = "random" | "identical" | "zero";

/** A Transformer of any kind without some of its parts. Its layers are unchanged; other parts are bound in them. */
export function ablated<F>(model: Layer<F>, without: readonly Ablation[], c: BlockConfig): Layer<F> {
  const removed = new Set(without);
  return without.length === 0
    ? model
    : replacing(model, {
        part: (path) => {
          const name = path.slice(path.lastIndexOf(".") + 1);
          if (name === "positions" && removed.has("positions")) return NoPositions;
          if (name.endsWith("Residual")) return residualWithout(removed, c);
          if (/^(encoderNorm|decoderNorm|norm)$/.test(name) && removed.has("norm"))
            return layer({}, () => (x: Value) => x);
          if (name === "attention" || name === "cross")
            return attentionWithout(removed, c, name === "attention");
          return undefined;
        },
      });
}

/** The residual connection without the removed parts; undefined if it is unchanged. */
function residualWithout(removed: ReadonlySet<Ablation>, c: BlockConfig): Layer<Residual> | undefined {
  const { dropout = 0 } = c;
  if (!removed.has("norm")) return removed.has("residuals") ? NoResidual(c) : undefined;
  return removed.has("residuals") ? BareSublayer(dropout) : BareResidual(dropout);
}

/** A block's attention without the removed parts; undefined if it is unchanged. */
function attentionWithout(
  removed: ReadonlySet<Ablation>,
  c: BlockConfig,
  isSelf: boolean,
): Layer<BoundAttention> | undefined {
  const config = attentionConfig(c, isSelf);
  const kinds: ((attend: typeof attention) => typeof attention)[] = [];
  if (removed.has("attention")) kinds.push(uniform);
  if (removed.has("scale")) kinds.push(unscaled);
  if (removed.has("diagonal") && isSelf) kinds.push(offDiagonal);
  const attend = kinds.reduce((inner, kind) => kind(inner), attention);
  if (removed.has("values")) return KeysAsValuesAttention({ ...config, attend });
  return kinds.length > 0 ? MultiHeadAttention({ ...config, attend }) : undefined;
}

/** Scores all 0: softmax of the bias alone. */
const uniform =
  (attend: typeof attention): typeof attention =>
  (query, key, value, options) =>
    attend(mul(query, 0), key, value, options);

/** q · k, unscaled. */
const unscaled =
  (attend: typeof attention): typeof attention =>
  (query, key, value, options) =>
    attend(query, key, value, { ...options, scale: 1 });

/** -1e6 on the diagonal: 0 after softmax if another key is visible, yet above keys hidden by -1e9. */
const offDiagonal =
  (attend: typeof attention): typeof attention =>
  (query: Value, key: Value, value: Value, options: AttentionOptions = {}): Attended => {
    const [queries, keys] = [query.shape.at(-2) as Size, key.shape.at(-2) as Size];
    const past = plus(keys, times(queries, -1));
    const positions = reshape(positionsFrom(past, queries), [queries, 1]);
    const diagonal = equal(reshape(range(keys), [1, keys]), positions);
    const penalty = mul(cast(diagonal, query.dtype), -1e6);
    return attend(query, key, value, {
      ...options,
      bias: options.bias ? add(options.bias, penalty) : penalty,
    });
  };

const NoPositions: Layer<undefined> = layer({}, () => undefined);

/** norm(f(x)), or f(norm(x)): no skip connection. */
function NoResidual(c: BlockConfig): Layer<Residual> {
  const { dropout = 0, norm } = c;
  return layer({ norm: blockNorm(c) }, (m, scope) => (x, sublayer) => {
    return norm === "pre"
      ? scope.tap("sublayer", scope.dropout(sublayer(m.norm(x)), dropout))
      : m.norm(scope.tap("sublayer", scope.dropout(sublayer(x), dropout)));
  });
}

/** f(x): no skip connection, no norm. */
function BareSublayer(dropout: number): Layer<Residual> {
  return layer({}, (_, scope) => (x, sublayer) => {
    return scope.tap("sublayer", scope.dropout(sublayer(x), dropout));
  });
}

/** x + f(x): no norm. */
function BareResidual(dropout: number): Layer<Residual> {
  return layer({}, (_, scope) => (x, sublayer) => residualSum(scope, x, sublayer(x), dropout));
}

/**
 * A Transformer whose heads are initialised in a given way. Identical heads get identical gradients and stay identical,
 * unless something else, such as dropout, makes them differ.
 */
export function withHeadInit<F>(
  model: Layer<F>,
  start: HeadInit,
  heads: number,
  keyValueHeads: number = heads,
): Layer<F> {
  if (start === "random") return model;
  return replacing(model, {
    init: (path, { init }) => {
      const [, of] = /(?:attention|cross)\.(query|key|value)\.weight$/.exec(path) ?? [];
      if (of && start === "zero") return zeroInit;
      if (of) return identicalRows(init, of === "query" ? heads : keyValueHeads);
      // The columns of W_O must be identical too, or the heads' gradients differ.
      return start === "identical" && /(attention|cross)\.output\.weight$/.test(path)
        ? identicalColumns(init, heads)
        : init;
    },
  });
}

export interface Variant extends BlockConfig {
  readonly without: readonly Ablation[];
  readonly headInit: HeadInit;
}

/** The model with the ablations and head initialisation of a configuration. */
export function varied<F>(model: Layer<F>, c: Variant): Layer<F> {
  return withHeadInit(ablated(model, c.without, c), c.headInit, c.heads, c.keyValueHeads);
}

/** Copies the first head's rows to every head. */
const identicalRows =
  (init: Initialiser, heads: number): Initialiser =>
  (weights, shape, uniformly) => {
    init(weights, shape, uniformly);
    const size = weights.length / heads;
    for (let head = 1; head < heads; head++) weights.copyWithin(head * size, 0, size);
  };

/** Copies the first head's columns to every head. */
const identicalColumns =
  (init: Initialiser, heads: number): Initialiser =>
  (weights, shape, uniformly) => {
    init(weights, shape, uniformly);
    const columns = shape[1] ?? 1;
    const size = columns / heads;
    for (let at = 0; at < weights.length; at += columns) {
      for (let head = 1; head < heads; head++) weights.copyWithin(at + head * size, at, at + size);
    }
  };
