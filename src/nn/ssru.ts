import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { add, mul, relu, sigmoid, sub } from "../ops/elementwise.ts";
import { linear } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import { glorotUniform } from "./initialise.ts";
import { type Layer, layer } from "./layer.ts";
import { Linear } from "./linear.ts";
import { swapTime } from "./recurrent.ts";

/** x [batch, length, dim], the cell before it [batch, dim]  ->  outputs [batch, length, dim], the cell after it */
export type BoundSsru = (x: Value, cell: Value) => { readonly outputs: Value; readonly cell: Value };

/**
 * Simpler simple recurrent unit: a forget gate mixes the old cell with a projection of the input. Neither reads the cell, so
 * their products are made for all steps at once, and a step costs no product at all.
 *
 *   f_t = σ(W_f x_t + b_f),   c_t = f_t c_{t-1} + (1 - f_t) W x_t,   y_t = relu(c_t)
 *
 * Taps: candidate W x, forgetGate f, cell c, hidden y.
 *
 * @throws ERR_SHAPE when the last axis of x is not `dim`.
 * @see Kim et al. 2019, section 3.1 - https://aclanthology.org/D19-5632
 */
export function Ssru(dim: number): Layer<BoundSsru> {
  const input = { shape: [dim, dim], init: glorotUniform };
  return layer({ input, forget: Linear(dim, dim) }, (m, { tap, scan }) => (x, cell) => {
    const [batch, length] = x.shape as [Size, Size];
    const candidate = tap("candidate", linear(x, m.input));
    const keeps = tap("forgetGate", sigmoid(m.forget(x)));
    const next = (before: Value, f: Value, w: Value): Value => tap("cell", add(w, mul(f, sub(before, w))));
    if (length === 1) {
      const [f, w] = [keeps, candidate].map((each) => reshape(each, [batch, dim])) as [Value, Value];
      const after = next(cell, f, w);
      return { outputs: tap("hidden", reshape(relu(after), [batch, 1, dim])), cell: after };
    }
    const scanned = scan({
      state: { cell },
      sequences: { f: swapTime(keeps), w: swapTime(candidate) },
      step: (before, { f, w }) => {
        const after = next(before.cell, f, w);
        return { state: { cell: after }, outputs: { cell: after } };
      },
    });
    return { outputs: tap("hidden", relu(swapTime(scanned.outputs.cell))), cell: scanned.state.cell };
  });
}
