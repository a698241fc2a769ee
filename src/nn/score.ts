import { heedError } from "../errors.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { add, mul, tanh } from "../ops/elementwise.ts";
import { linear, matmul } from "../ops/matmul.ts";
import { recompute } from "../ops/recompute.ts";
import { reshape } from "../ops/reshape.ts";
import { glorotUniform } from "./initialise.ts";
import { type Layer, layer, type Scope } from "./layer.ts";
import { Linear } from "./linear.ts";
import { type TapName, tapAs } from "./taps.ts";

/** The score function of a recurrent decoder's attention. */
export interface Score {
  /** states [batch, source, size]  ->  their keys, computed once per sentence */
  readonly keys: (states: Value) => Value;
  /** query [batch, n, size], keys  ->  [batch, n, source] */
  readonly score: (query: Value, keys: Value) => Value;
}

/**
 * Additive attention: a small network scores query and state.        e_ij = vᵀ tanh(W s_i + U h_j)
 *
 * Taps: energies [batch, queries, keys, hidden], tanh(W s_i + U h_j).
 *
 * @param hidden  Size of the network's hidden layer. Default: the query's size.
 * @see Bahdanau et al. 2015, section A.1.2 - https://arxiv.org/abs/1409.0473
 */
export function AdditiveScore(querySize: number, stateSize: number, hidden = querySize): Layer<Score> {
  const parts = {
    W: Linear(querySize, hidden),
    U: Linear(stateSize, hidden, { bias: false }),
    v: { shape: [1, hidden], init: glorotUniform },
  };
  return layer(parts, ({ W, U, v }, scope) => ({
    keys: (states) => U(states),
    score: (query, keys) => {
      const [batch, n] = query.shape as [Size, Size];
      const source = keys.shape[1] as Size;
      const energy = recompute([W(query)], (projected) =>
        tanh(
          add(reshape(projected as Value, [batch, n, 1, hidden]), reshape(keys, [batch, 1, source, hidden])),
        ),
      );
      return reshape(linear(scope.tap("energies", energy), v), [batch, n, source]);
    },
  }));
}

/**
 * The dot product of query and state, times `scale`.        e_ij = s_i · h_j
 *
 * Taps: products [batch, 1, queries, keys], before the scale.
 *
 * @param scale  1, or size^-0.5 for scaled dot-product attention.
 * @throws ERR_SHAPE when query and states differ in size.
 * @see Luong et al. 2015, section 3.1 - https://arxiv.org/abs/1508.04025
 */
export function DotScore(querySize: number, stateSize: number, scale = 1): Layer<Score> {
  if (querySize !== stateSize) {
    throw heedError("ERR_SHAPE", {
      operation: "DotScore",
      problem:
        `queries have size ${querySize} but states have size ${stateSize}: their dot product needs equal sizes; ` +
        "use the general score, which puts a matrix between them",
    });
  }
  return layer({}, (_, scope) => ({
    keys: (states) => states,
    score: (query, keys) => {
      const products = productsOf(scope, query, keys);
      return scale === 1 ? products : mul(products, scale);
    },
  }));
}

/**
 * The dot product through a learned matrix, so sizes may differ.        e_ij = s_iᵀ W h_j
 *
 * Taps: products [batch, 1, queries, keys].
 *
 * @see Luong et al. 2015, section 3.1 - https://arxiv.org/abs/1508.04025
 */
export function GeneralScore(querySize: number, stateSize: number): Layer<Score> {
  return layer({ W: Linear(stateSize, querySize, { bias: false }) }, ({ W }, scope) => ({
    keys: (states) => W(states),
    score: (query, keys) => productsOf(scope, query, keys),
  }));
}

const productsOf = (scope: Scope, query: Value, keys: Value): Value =>
  tapOneHead(scope, "products", matmul(query, keys, { transposeRight: true }));

/** Taps [batch, queries, size] in the shape of attention with one head, [batch, 1, queries, size]. */
export function tapOneHead(scope: Pick<Scope, "tap">, name: TapName, value: Value): Value {
  const [batch, queries, size] = value.shape as [Size, Size, Size];
  const oneHead = (x: Value): Value => reshape(x, [batch, 1, queries, size]);
  return tapAs(scope, name, value, oneHead, (answer) => reshape(answer, value.shape));
}
