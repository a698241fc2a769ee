import { heedError } from "../errors.ts";
import { showOperands } from "../ir/op.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { cast, lessOrEqual } from "../ops/compare.ts";
import { add, mul, sub } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { range, sizeAsTensor } from "../ops/range.ts";
import { reshape, transpose } from "../ops/reshape.ts";
import { softmax } from "../ops/softmax.ts";
import { type Layer, layer, type Scope } from "./layer.ts";
import { Linear } from "./linear.ts";
import { RotaryPositions, type Rotation } from "./positions.ts";
import type { TapName } from "./taps.ts";

export interface AttentionOptions {
  /** Added to the scores: 0 where a query may look, a large negative number where not. Broadcasts. */
  readonly bias?: Value | undefined;
  /** What scores are multiplied by. Default 1 / sqrt(d_key). */
  readonly scale?: number;
  /** Applied to the weights before they mix the values: dropout. */
  readonly weightsThrough?: (weights: Value) => Value;
  /** Shown products, unmasked, scores, weights and heads on their way; what it returns goes on. */
  readonly tap?: (name: TapName, value: Value) => Value;
}

export interface Attended {
  /** [..., queries, d_value]: each query's mixture of values. */
  readonly context: Value;
  /** [..., queries, keys]: rows sum to 1. */
  readonly weights: Value;
  /** [..., queries, keys]: what softmax saw. */
  readonly scores: Value;
}

/**
 * Scaled dot-product attention.
 *
 *   query [..., n, d_key], key [..., m, d_key], value [..., m, d_value]  ->  context [..., n, d_value]
 *
 *   Attention(Q, K, V) = softmax(Q Kᵀ / sqrt(d_key)) V
 *
 * @throws ERR_SHAPE when query and key differ in size: a score is their dot product. d_value is free. And when there
 *   is not one value for every key.
 * @see Vaswani et al. 2017, Eq. 1 - https://arxiv.org/abs/1706.03762
 */
export function attention(query: Value, key: Value, value: Value, options: AttentionOptions = {}): Attended {
  const size = query.shape.at(-1);
  if (size !== key.shape.at(-1)) {
    throw heedError("ERR_SHAPE", {
      operation: "attention",
      problem:
        `query has size ${size} but key ${key.shape.at(-1)}: each score is the dot product of a query and a key, ` +
        "so both need one size (the value may have another)",
      operands: showOperands({ query, key, value }),
    });
  }
  if (key.shape.at(-2) !== value.shape.at(-2)) {
    throw heedError("ERR_SHAPE", {
      operation: "attention",
      problem: `there must be one value for every key, but there are ${value.shape.at(-2)} for ${key.shape.at(-2)}`,
      operands: showOperands({ query, key, value }),
    });
  }
  if (typeof size === "string" && options.scale === undefined) {
    throw heedError("ERR_SHAPE", {
      operation: "attention",
      problem: `the size of queries and keys is "${size}", which is known only at a run: give a scale`,
      operands: showOperands({ query, key, value }),
    });
  }
  const {
    bias,
    scale = (size as number) ** -0.5,
    weightsThrough = (weights: Value): Value => weights,
    tap = (_: TapName, on: Value): Value => on,
  } = options;
  const products = tap("products", matmul(query, key, { transposeRight: true }));
  const unmasked = tap("unmasked", mul(products, scale));
  const scores = tap("scores", bias ? add(unmasked, bias) : unmasked);
  const weights = tap("weights", softmax(scores));
  const context = tap("heads", matmul(weightsThrough(weights), value));
  return { context, weights, scores };
}

const FAR_BELOW = -1e9; // softmax gives exactly 0 there, and a row with nothing to look at stays finite

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
  const at = reshape(positionsFrom(past, queries), [queries, 1]);
  const seen = lessOrEqual(reshape(range(keys), [1, keys]), at);
  return mul(sub(1, cast(seen, like.dtype)), FAR_BELOW);
}

/** Keys and values of what can be attended to, one set per head: [batch, heads, length, d]. */
export interface Remembered {
  readonly keys: Value;
  readonly values: Value;
}

export interface BoundAttention {
  /**
   * states [batch, length, d_model]  ->  their keys and values, computed once however often they are read.
   *
   * @param past  How many stood before them. Default 0; only rotary attention asks.
   */
  readonly remember: (states: Value, past?: Size) => Remembered;
  /**
   * x [batch, queries, d_model], memory  ->  [batch, queries, d_model]
   *
   * @param past  How many stood before x. Default 0; only rotary attention asks.
   */
  readonly attend: (x: Value, memory: Remembered, bias?: Value, past?: Size) => Value;
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
  /** Queries and keys turn with their positions: for self-attention. Default false. */
  readonly rotary?: boolean | undefined;
  /**
   * What every head does with its query, keys and values. Default: scaled dot-product attention. One that is written in
   * terms of it passes its options on.
   */
  readonly attend?: typeof attention;
}

/**
 * Multi-head attention: every head has its own W_Q, W_K, W_V, and W_O joins what they found. Self-attention, causal
 * attention and cross-attention are calls of it with different memories and biases.
 *
 *   MultiHead(Q, K, V) = Concat(head_1, …, head_h) W_O,   head_i = Attention(Q W_Q_i, K W_K_i, V W_V_i)
 *
 * Taps: queries, keys and values as heads see them, [batch, heads, length, d]; products, unmasked, scores, weights
 * [batch, heads, queries, keys]; heads [batch, heads, queries, d_value], each head's output before W_O; output, after it.
 *
 * @throws ERR_SHAPE when dKey is left out and the heads do not divide dModel.
 * @see Vaswani et al. 2017, section 3.2.2 - https://arxiv.org/abs/1706.03762
 */
export function MultiHeadAttention(config: MultiHeadAttentionConfig): Layer<BoundAttention> {
  const { dModel, heads, dKey, dValue } = headSizes(config);
  const parts = {
    ...turning(config, dKey),
    query: Linear(dModel, heads * dKey),
    key: Linear(dModel, heads * dKey),
    value: Linear(dModel, heads * dValue),
    output: Linear(heads * dValue, dModel),
  };
  return layer(parts, (m, scope) => overHeads(m, config, scope));
}

/** Multi-head attention without W_V: what is mixed is what queries were compared with, V = K. */
export function KeysAsValuesAttention(config: MultiHeadAttentionConfig): Layer<BoundAttention> {
  const { dModel, heads, dKey } = headSizes(config);
  const parts = {
    ...turning(config, dKey),
    query: Linear(dModel, heads * dKey),
    key: Linear(dModel, heads * dKey),
    output: Linear(heads * dKey, dModel),
  };
  return layer(parts, (m, scope) => overHeads({ ...m, value: m.key }, config, scope));
}

function headSizes(
  config: MultiHeadAttentionConfig,
): Required<Pick<MultiHeadAttentionConfig, "dModel" | "heads">> & { dKey: number; dValue: number } {
  const { dModel, heads } = config;
  const dKey = config.dKey ?? dModel / heads;
  if (!Number.isInteger(dKey)) {
    throw heedError("ERR_SHAPE", {
      operation: "MultiHeadAttention",
      problem: `${heads} heads do not divide d_model ${dModel}; choose other heads or give dKey`,
    });
  }
  return { dModel, heads, dKey, dValue: config.dValue ?? dKey };
}

/** The part that turns queries and keys, where there is one. */
function turning(
  { rotary = false }: MultiHeadAttentionConfig,
  dKey: number,
): { readonly positions?: Layer<Rotation | undefined> } {
  return rotary ? { positions: RotaryPositions(dKey) } : {};
}

type Projection = (x: Value) => Value;
interface HeadParts extends Readonly<Record<"query" | "key" | "value" | "output", Projection>> {
  readonly positions?: Rotation | undefined;
}

/** Cuts queries, keys and values into heads, lets each attend, and joins what they found. */
function overHeads(
  { query, key, value, output, positions }: HeadParts,
  { heads, dropout = 0, attend: attendWith = attention }: MultiHeadAttentionConfig,
  scope: Scope,
): BoundAttention {
  /** [batch, heads, length, d]: as they are, or turned by their positions. */
  const placed = (x: Value, past: Size): Value =>
    positions ? positions(x, positionsFrom(past, x.shape[2] as Size)) : x;
  return {
    remember: (states, past = 0) => ({
      keys: placed(splitHeads(key(states), heads), past),
      values: splitHeads(value(states), heads),
    }),
    attend: (x, { keys, values }, bias, past = 0) => {
      const perHead = (projected: Value): Value => placed(splitHeads(projected, heads), past);
      const asked = query(x);
      const queries = scope.tap("queries", perHead(asked));
      const [seenKeys, seenValues] = [scope.tap("keys", keys), scope.tap("values", values)];
      const options = { bias, weightsThrough: (w: Value) => scope.dropout(w, dropout), tap: scope.tap };
      // ONNX Runtime multiplies one row faster by a matrix without a factor: a single query is scaled before.
      const isSingle = x.shape[1] === 1 && attendWith === attention && !scope.isObserved;
      const { context } = isSingle
        ? attention(perHead(mul(asked, (keys.shape[3] as number) ** -0.5)), seenKeys, seenValues, {
            ...options,
            scale: 1,
            tap: (name, value) => (name === "products" ? value : scope.tap(name, value)),
          })
        : attendWith(queries, seenKeys, seenValues, options);
      return scope.tap("output", output(joinHeads(context)));
    },
  };
}

/**
 * Where what comes after `past` others stands: past, past + 1, …
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

/** [batch, heads, length, d]  ->  [batch, length, heads · d] */
function joinHeads(x: Value): Value {
  const [batch, heads, length, size] = x.shape as [Size, number, Size, number];
  if (length === 1) return reshape(x, [batch, 1, heads * size]);
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}
