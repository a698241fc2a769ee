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
import { LayerNorm, type Residual } from "../nn/norm.ts";
import { cast, equal } from "../ops/compare.ts";
import { add, mul } from "../ops/elementwise.ts";
import { range } from "../ops/range.ts";
import { reshape } from "../ops/reshape.ts";
import { attentionConfig, type BlockConfig } from "./transformer.ts";

/**
 * What can be taken out of a Transformer to see what it was good for:
 *
 * - positions: nothing tells a token's place: a bag of words
 * - residuals: no path around a sublayer
 * - norm: no layer normalisation
 * - scale: scores are not divided by sqrt(d_key)
 * - values: values are the keys, K = V
 * - diagonal: no position attends to itself (unless it sees nothing else)
 * - attention: weights are uniform over what can be seen
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

/** How the heads of an attention start: each on its own, all alike, or at zero. */
export type HeadInit = "random" | "identical" | "zero";

/** A Transformer of any kind without some of its parts. Its layers are as they were: only what is bound in them changes. */
export function ablated<F>(model: Layer<F>, without: readonly Ablation[], c: BlockConfig): Layer<F> {
  const out = new Set(without);
  return without.length === 0
    ? model
    : replacing(model, {
        part: (path) => {
          const name = path.slice(path.lastIndexOf(".") + 1);
          if (name === "positions" && out.has("positions")) return NoPositions;
          if (name.endsWith("Residual")) return residualWithout(out, c);
          if (/^(encoderNorm|decoderNorm|norm)$/.test(name) && out.has("norm"))
            return layer({}, () => (x: Value) => x);
          if (name === "attention" || name === "cross") return attentionWithout(out, c, name === "attention");
          return undefined;
        },
      });
}

/** What stands around a sublayer without something; undefined when nothing about it changes. */
function residualWithout(out: ReadonlySet<Ablation>, c: BlockConfig): Layer<Residual> | undefined {
  const { dropout = 0 } = c;
  if (!out.has("norm")) return out.has("residuals") ? NoResidual(c) : undefined;
  return out.has("residuals") ? BareSublayer(dropout) : BareResidual(dropout);
}

/** The attention of a block without something; undefined when nothing about it changes. */
function attentionWithout(
  out: ReadonlySet<Ablation>,
  c: BlockConfig,
  isSelf: boolean,
): Layer<BoundAttention> | undefined {
  const config = attentionConfig(c, isSelf);
  const kinds: ((attend: typeof attention) => typeof attention)[] = [];
  if (out.has("attention")) kinds.push(uniform);
  if (out.has("scale")) kinds.push(unscaled);
  if (out.has("diagonal") && isSelf) kinds.push(offDiagonal);
  const attend = kinds.reduce((inner, kind) => kind(inner), attention);
  if (out.has("values")) return KeysAsValuesAttention({ ...config, attend });
  return kinds.length > 0 ? MultiHeadAttention({ ...config, attend }) : undefined;
}

/** Scores all 0: softmax of the bias alone. */
const uniform =
  (attend: typeof attention): typeof attention =>
  (query, key, value, options) =>
    attend(mul(query, 0), key, value, options);

/** q · k as it is. */
const unscaled =
  (attend: typeof attention): typeof attention =>
  (query, key, value, options) =>
    attend(query, key, value, { ...options, scale: 1 });

/** -1e6 on the diagonal: 0 after softmax beside anything that can be seen, yet above what is hidden by -1e9. */
const offDiagonal =
  (attend: typeof attention): typeof attention =>
  (query: Value, key: Value, value: Value, options: AttentionOptions = {}): Attended => {
    const [queries, keys] = [query.shape.at(-2) as Size, key.shape.at(-2) as Size];
    const past = plus(keys, times(queries, -1));
    const at = reshape(positionsFrom(past, queries), [queries, 1]);
    const own = equal(reshape(range(keys), [1, keys]), at);
    const hidden = mul(cast(own, query.dtype), -1e6);
    return attend(query, key, value, { ...options, bias: options.bias ? add(options.bias, hidden) : hidden });
  };

const NoPositions: Layer<undefined> = layer({}, () => undefined);

/** norm(f(x)), or f(norm(x)): nothing goes around. */
function NoResidual({ dModel, dropout = 0, norm }: BlockConfig): Layer<Residual> {
  return layer({ norm: LayerNorm(dModel) }, (m, scope) => (x, sublayer) => {
    return norm === "pre"
      ? scope.tap("sublayer", scope.dropout(sublayer(m.norm(x)), dropout))
      : m.norm(scope.tap("sublayer", scope.dropout(sublayer(x), dropout)));
  });
}

/** f(x): neither. */
function BareSublayer(dropout: number): Layer<Residual> {
  return layer({}, (_, scope) => (x, sublayer) => {
    return scope.tap("sublayer", scope.dropout(sublayer(x), dropout));
  });
}

/** x + f(x): nothing is normalised. */
function BareResidual(dropout: number): Layer<Residual> {
  return layer({}, (_, scope) => (x, sublayer) => {
    return scope.tap("sum", add(x, scope.tap("sublayer", scope.dropout(sublayer(x), dropout))));
  });
}

/**
 * A Transformer whose heads start in a certain way: identical heads get identical gradients and stay alike, unless
 * something else tells them apart.
 */
export function withHeadInit<F>(model: Layer<F>, start: HeadInit, heads: number): Layer<F> {
  if (start === "random") return model;
  return replacing(model, {
    init: (path, { init }) => {
      const isHead = /(attention|cross)\.(query|key|value)\.weight$/.test(path);
      if (isHead) return start === "zero" ? zeroInit : alike(init, heads);
      // Where the heads come together they must be alike too, or their gradients are not.
      return start === "identical" && /(attention|cross)\.output\.weight$/.test(path)
        ? alikeColumns(init, heads)
        : init;
    },
  });
}

export interface Variant extends BlockConfig {
  readonly without: readonly Ablation[];
  readonly headInit: HeadInit;
}

/** The model as a configuration varies it. */
export function varied<F>(model: Layer<F>, c: Variant): Layer<F> {
  return withHeadInit(ablated(model, c.without, c), c.headInit, c.heads);
}

/** Rows of the first head for every head. */
const alike =
  (init: Initialiser, heads: number): Initialiser =>
  (weights, shape, uniformly) => {
    init(weights, shape, uniformly);
    const size = weights.length / heads;
    for (let head = 1; head < heads; head++) weights.copyWithin(head * size, 0, size);
  };

/** Columns of the first head for every head. */
const alikeColumns =
  (init: Initialiser, heads: number): Initialiser =>
  (weights, shape, uniformly) => {
    init(weights, shape, uniformly);
    const columns = shape[1] ?? 1;
    const size = columns / heads;
    for (let at = 0; at < weights.length; at += columns) {
      for (let head = 1; head < heads; head++) weights.copyWithin(at + head * size, at, at + size);
    }
  };
