import { heedError } from "../errors.ts";
import { showOperands } from "../ir/op.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { expand } from "../ops/broadcast.ts";
import { cast, lessOrEqual } from "../ops/compare.ts";
import { add, mul, sub } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { range, sizeAsTensor } from "../ops/range.ts";
import { reshape, transpose } from "../ops/reshape.ts";
import { softmax } from "../ops/softmax.ts";
import { type Layer, layer, type Scope } from "./layer.ts";
import { Linear } from "./linear.ts";
import { HeadNorm } from "./norm.ts";
import { RotaryPositions, type Rotation } from "./positions.ts";
import type { TapName } from "./taps.ts";

export interface AttentionOptions {
  /** Added to the scores: 0 for visible keys, a large negative number for hidden ones. Broadcasts. */
  readonly bias?: Value | undefined;
  /** Factor on the dot products. Default 1 / sqrt(d_key). */
  readonly scale?: number;
  /** Applied to the weights before they mix the values, e.g. dropout. */
  readonly weightsThrough?: (weights: Value) => Value;
  /** Called with products, unmasked, scores, weights and heads in turn; its result is used instead. */
  readonly tap?: (name: TapName, value: Value) => Value;
}

export interface Attended {
  /** [..., queries, d_value]: each query's mixture of values. */
  readonly context: Value;
  /** [..., queries, keys]: rows sum to 1. */
  readonly weights: Value;
  /** [..., queries, keys]: the input of softmax. */
  readonly scores: Value;
}

/**
 * Scaled dot-product attention.
 *
 *   query [..., n, d_key], key [..., m, d_key], value [..., m, d_value]  ->  context [..., n, d_value]
 *
 *   Attention(Q, K, V) = softmax(Q Kᵀ / sqrt(d_key)) V
 *
 * @throws ERR_SHAPE when query and key differ in size (d_value is free), when keys and values differ in number, or when
 *   d_key is symbolic and there is no scale.
 * @see Vaswani et al. 2017, Eq. 1 - https://arxiv.org/abs/1706.03762
 */
export function attention(query: Value, key: Value, value: Value, options: AttentionOptions = {}): Attended {
  const size = query.shape.at(-1);
  if (size !== key.shape.at(-1)) {
    throw heedError("ERR_SHAPE", {
      operation: "attention",
      problem:
        `query has size ${size} but key has size ${key.shape.at(-1)}: a score is their dot product, ` +
        "so the sizes must be equal (the value's may differ)",
      operands: showOperands({ query, key, value }),
    });
  }
  if (key.shape.at(-2) !== value.shape.at(-2)) {
    throw heedError("ERR_SHAPE", {
      operation: "attention",
      problem: `axis -2 of key is ${key.shape.at(-2)} but axis -2 of value is ${value.shape.at(-2)}: every key needs one value`,
      operands: showOperands({ query, key, value }),
    });
  }
  if (typeof size === "string" && options.scale === undefined) {
    throw heedError("ERR_SHAPE", {
      operation: "attention",
      problem: `the size of queries and keys, "${size}", is unknown until the graph runs; give a scale`,
      operands: showOperands({ query, key, value }),
    });
  }
  const {
    bias,
    scale = (size as number) ** -0.5,
    weightsThrough = (weights: Value): Value => weights,
    tap = (_: TapName, tapped: Value): Value => tapped,
  } = options;
  const products = tap("products", matmul(query, key, { transposeRight: true }));
  const unmasked = tap("unmasked", mul(products, scale));
  const scores = tap("scores", bias ? add(unmasked, bias) : unmasked);
  const weights = tap("weights", softmax(scores));
  const context = tap("heads", matmul(weightsThrough(weights), value));
  return { context, weights, scores };
}

const FAR_BELOW = -1e9; // softmax gives exactly 0 there, and a row without visible keys stays finite

/**
 * The bias that hides padding.
 *
 *   mask [batch, keys], 1 for a token and 0 for padding  ->  [batch, 1, 1, keys]
 */
export function paddingBias(mask: Value): Value {
  const [batch, keys] = mask.shape as [Size, Size];
  return reshape(mul(sub(1, mask), FAR_BELOW), [batch, 1, 1, keys]);
}

/**
 * The bias that hides the future: query i, at position past + i, sees keys 0 to past + i.
 *
 *   -> [queries, past + queries]
 */
export function causalBias(like: Value, queries: Size, keys: Size, past: Size = 0): Value {
  const positions = reshape(positionsFrom(past, queries), [queries, 1]);
  const visible = lessOrEqual(reshape(range(keys), [1, keys]), positions);
  return mul(sub(1, cast(visible, like.dtype)), FAR_BELOW);
}

/** Projected keys and values to attend to, one set per head: [batch, heads, length, d]. */
export interface Remembered {
  readonly keys: Value;
  readonly values: Value;
}

export interface BoundAttention {
  /**
   * states [batch, length, d_model]  ->  their keys and values, computed once and reused.
   *
   * @param past  Number of positions before them, or their positions. Default 0; only rotary attention needs it.
   */
  readonly remember: (states: Value, past?: Size | Value) => Remembered;
  /**
   * x [batch, queries, d_model], memory  ->  [batch, queries, d_model]
   *
   * @param past  Number of positions before x, or its positions, int32 [batch, queries]. Default 0; only rotary attention
   *   needs it.
   */
  readonly attend: (x: Value, memory: Remembered, bias?: Value, past?: Size | Value) => Value;
}

export interface MultiHeadAttentionConfig {
  readonly dModel: number;
  readonly heads: number;
  /** Size of queries and keys per head. Default dModel / heads. */
  readonly dKey?: number | undefined;
  /** Size of values per head. Default dKey. */
  readonly dValue?: number | undefined;
  /** Dropout on the attention weights. Default 0. */
  readonly dropout?: number | undefined;
  /** Rotary positions on queries and keys, for self-attention. Default false. */
  readonly rotary?: boolean | undefined;
  /** Of rotary positions. Default 10000. */
  readonly rotaryBase?: number | undefined;
  /**
   * Heads of keys and values; each serves heads / keyValueHeads heads of queries. Default `heads`.
   *
   * @see Ainslie et al. 2023 - https://arxiv.org/abs/2305.13245
   */
  readonly keyValueHeads?: number | undefined;
  /**
   * Normalises queries and keys in each head before any rotation, so that scores stay bounded. Default false.
   *
   * @see Henry et al. 2020 - https://aclanthology.org/2020.findings-emnlp.379
   */
  readonly qkNorm?: boolean | undefined;
  /** Which projections add a bias. "inputs": those of queries, keys and values. Default "all". */
  readonly biases?: "all" | "inputs" | "none" | undefined;
  /**
   * The attention function of every head. Default: scaled dot-product attention. A function that wraps it must pass its
   * options on.
   */
  readonly attend?: typeof attention;
}

/**
 * Multi-head attention: each head has its own W_Q, W_K and W_V; W_O combines their outputs. Self-attention, causal
 * attention and cross-attention differ only in memory and bias.
 *
 *   MultiHead(Q, K, V) = Concat(head_1, …, head_h) W_O,   head_i = Attention(Q W_Q_i, K W_K_i, V W_V_i)
 *
 * Taps: queries, keys and values of each head, [batch, heads, length, d]; products, unmasked, scores, weights
 * [batch, heads, queries, keys]; heads [batch, heads, queries, d_value], each head's output before W_O; output, after it.
 *
 * @throws ERR_SHAPE when dKey is omitted and dModel is not divisible by heads, or heads not by keyValueHeads.
 * @see Vaswani et al. 2017, section 3.2.2 - https://arxiv.org/abs/1706.03762
 */
export function MultiHeadAttention(config: MultiHeadAttentionConfig): Layer<BoundAttention> {
  const { dModel, heads, dKey, dValue, keyValueHeads } = headSizes(config);
  const { biases = "all" } = config;
  const inputs = { bias: biases !== "none" };
  const parts = {
    ...headParts(config, dKey),
    query: Linear(dModel, heads * dKey, inputs),
    key: Linear(dModel, keyValueHeads * dKey, inputs),
    value: Linear(dModel, keyValueHeads * dValue, inputs),
    output: Linear(heads * dValue, dModel, { bias: biases === "all" }),
  };
  return layer(parts, (m, scope) => overHeads(m, config, scope));
}

/** Multi-head attention without W_V: the keys serve as values, V = K. */
export function KeysAsValuesAttention(config: MultiHeadAttentionConfig): Layer<BoundAttention> {
  const { dModel, heads, dKey, keyValueHeads } = headSizes(config);
  const parts = {
    ...headParts(config, dKey),
    query: Linear(dModel, heads * dKey),
    key: Linear(dModel, keyValueHeads * dKey),
    output: Linear(heads * dKey, dModel),
  };
  return layer(parts, (m, scope) => overHeads({ ...m, value: m.key }, config, scope));
}

interface HeadSizes {
  readonly dModel: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly dKey: number;
  readonly dValue: number;
}

function headSizes(config: MultiHeadAttentionConfig): HeadSizes {
  const { dModel, heads, keyValueHeads = heads } = config;
  const dKey = config.dKey ?? dModel / heads;
  if (!Number.isInteger(dKey)) {
    throw heedError("ERR_SHAPE", {
      operation: "MultiHeadAttention",
      problem: `${heads} heads do not divide d_model ${dModel}; choose another number of heads or give dKey`,
    });
  }
  if (heads % keyValueHeads !== 0) {
    throw heedError("ERR_SHAPE", {
      operation: "MultiHeadAttention",
      problem: `${keyValueHeads} heads of keys and values do not divide ${heads} heads of queries`,
    });
  }
  return { dModel, heads, keyValueHeads, dKey, dValue: config.dValue ?? dKey };
}

/** The parts that rotate or normalise queries and keys, if configured. */
function headParts(
  { rotary = false, rotaryBase: base = 10000, qkNorm = false }: MultiHeadAttentionConfig,
  dKey: number,
): {
  readonly positions?: Layer<Rotation | undefined>;
  readonly queryNorm?: Layer<Projection>;
  readonly keyNorm?: Layer<Projection>;
} {
  return {
    ...(rotary ? { positions: RotaryPositions(dKey, { base }) } : {}),
    ...(qkNorm ? { queryNorm: HeadNorm(dKey), keyNorm: HeadNorm(dKey) } : {}),
  };
}

type Projection = (x: Value) => Value;
interface HeadParts extends Readonly<Record<"query" | "key" | "value" | "output", Projection>> {
  readonly positions?: Rotation | undefined;
  readonly queryNorm?: Projection | undefined;
  readonly keyNorm?: Projection | undefined;
}

const same: Projection = (x) => x;

/** Splits queries, keys and values into heads, attends in each, and joins the outputs. */
function overHeads(
  { query, key, value, output, positions, queryNorm = same, keyNorm = same }: HeadParts,
  { heads, keyValueHeads = heads, dropout = 0, attend: attendWith = attention }: MultiHeadAttentionConfig,
  scope: Scope,
): BoundAttention {
  /** [batch, heads, length, d], rotated by position if `positions` is given. */
  const rotated = (x: Value, past: Size | Value): Value =>
    positions ? positions(x, typeof past === "object" ? past : positionsFrom(past, x.shape[2] as Size)) : x;
  return {
    remember: (states, past = 0) => ({
      keys: rotated(keyNorm(splitHeads(key(states), keyValueHeads)), past),
      values: splitHeads(value(states), keyValueHeads),
    }),
    attend: (x, grouped, bias, past = 0) => {
      const [keys, values] = [forHeads(grouped.keys, heads), forHeads(grouped.values, heads)];
      const perHead = (projected: Value): Value => rotated(queryNorm(splitHeads(projected, heads)), past);
      const projectedQuery = query(x);
      const queries = scope.tap("queries", perHead(projectedQuery));
      const [tappedKeys, tappedValues] = [scope.tap("keys", keys), scope.tap("values", values)];
      const options = { bias, weightsThrough: (w: Value) => scope.dropout(w, dropout), tap: scope.tap };
      // ONNX Runtime's one-row matmul is faster without a factor, so a single query is scaled beforehand.
      const isSingle =
        x.shape[1] === 1 && attendWith === attention && !scope.isObserved && queryNorm === same;
      const { context } = isSingle
        ? attention(
            perHead(mul(projectedQuery, (keys.shape[3] as number) ** -0.5)),
            tappedKeys,
            tappedValues,
            {
              ...options,
              scale: 1,
              tap: (name, value) => (name === "products" ? value : scope.tap(name, value)),
            },
          )
        : attendWith(queries, tappedKeys, tappedValues, options);
      return scope.tap("output", output(joinHeads(context)));
    },
  };
}

/**
 * Positions of `length` tokens after `past` others: past, past + 1, …
 *
 *   -> int32 [length]
 */
export function positionsFrom(past: Size, length: Size): Value {
  const steps = range(length);
  return past === 0 ? steps : add(steps, sizeAsTensor(past, "int32"));
}

/** [batch, length, heads · d]  ->  [batch, heads, length, d] */
function splitHeads(x: Value, heads: number): Value {
  const [batch, length, size] = x.shape as [Size, Size, number];
  if (length === 1) return reshape(x, [batch, heads, 1, size / heads]);
  return transpose(reshape(x, [batch, length, heads, size / heads]), [0, 2, 1, 3]);
}

/** [batch, groups, length, d]  ->  [batch, heads, length, d], each group's repeated for the heads that it serves */
function forHeads(x: Value, heads: number): Value {
  const [batch, groups, length, size] = x.shape as [Size, number, Size, Size];
  if (groups === heads) return x;
  const each = heads / groups;
  const repeated = expand(reshape(x, [batch, groups, 1, length, size]), [batch, groups, each, length, size]);
  return reshape(repeated, [batch, heads, length, size]);
}

/** [batch, heads, length, d]  ->  [batch, length, heads · d] */
function joinHeads(x: Value): Value {
  const [batch, heads, length, size] = x.shape as [Size, number, Size, number];
  if (length === 1) return reshape(x, [batch, 1, heads * size]);
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}
