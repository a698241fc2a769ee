import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { add, mul, sigmoid, sub, tanh } from "../ops/elementwise.ts";
import { zeros as zerosOf } from "../ops/gather.ts";
import { gemm, linear } from "../ops/matmul.ts";
import { concat, reshape, transpose } from "../ops/reshape.ts";
import type { scan } from "../ops/scan.ts";
import { split } from "../ops/split.ts";
import { type Initialiser, uniform, zeros } from "./initialise.ts";
import { type Layer, layer, repeat } from "./layer.ts";
import { tapAs } from "./taps.ts";

/** The state a cell carries from step to step, each [batch, hidden]. `h` is also its output. */
export type CellState = Readonly<Record<string, Value>> & { readonly h: Value };

/** One step of a recurrent network. */
export interface Cell {
  readonly hidden: number;
  /** The state before the first step: zeros for `batch` rows. */
  readonly start: (batch: Size) => CellState;
  /** x [...lead, in]  ->  [...lead, gates · hidden]: the input's part of all gates, in one product for all steps. */
  readonly project: (x: Value) => Value;
  /** One step from the input's part, [batch, gates · hidden]. */
  readonly step: (projected: Value, state: CellState) => CellState;
  /** Runs the steps and collects their taps. */
  readonly scan: typeof scan;
}

/**
 * Long short-term memory: a cell state c that gates write to, keep and read.
 *
 *   i, f, g, o = split(W x + b + U h),   c' = σ(f) c + σ(i) tanh(g),   h' = σ(o) tanh(c')
 *
 * Gates are in PyTorch's order, with its two biases merged into one. The forget gate's bias starts at 1.
 *
 * Taps at each step: inputGate σ(i), forgetGate σ(f), candidate tanh(g), outputGate σ(o), cell c', hidden h'.
 *
 * @see Hochreiter & Schmidhuber 1997 - https://doi.org/10.1162/neco.1997.9.8.1735
 * @see Gers et al. 2000 (forget gate) - https://doi.org/10.1162/089976600300015015
 */
export function LstmCell(inner: number, hidden: number): Layer<Cell> {
  const init = uniform(hidden ** -0.5);
  const parts = {
    input: { shape: [4 * hidden, inner], init },
    recurrent: { shape: [4 * hidden, hidden], init },
    bias: { shape: [4 * hidden], init: forgetNothing },
  };
  return layer(parts, ({ input, recurrent, bias }, { tap, scan }) => {
    const zero = (batch: Size): Value => zerosOf(input.dtype, [batch, hidden]);
    return {
      hidden,
      start: (batch) => ({ h: zero(batch), c: zero(batch) }),
      project: (x) => linear(x, input, bias),
      step: (projected, { h, c }) => {
        const gates = split(gemm(h, recurrent, projected, { transposeRight: true }), 4);
        const [i, f, g, o] = gates as [Value, Value, Value, Value];
        const [writes, keeps] = [tap("inputGate", sigmoid(i)), tap("forgetGate", sigmoid(f))];
        const written = mul(writes, tap("candidate", tanh(g)));
        const kept = tap("cell", add(mul(keeps, c as Value), written));
        return { h: tap("hidden", mul(tap("outputGate", sigmoid(o)), tanh(kept))), c: kept };
      },
      scan,
    };
  });
}

const forgetNothing: Initialiser = (bias) => {
  bias.fill(0).fill(1, bias.length / 4, bias.length / 2);
};

/**
 * Gated recurrent unit: a candidate state n, mixed with the old state.
 *
 *   r = σ(W_r x + b_r + U_r h),   z = σ(W_z x + b_z + U_z h),   n = tanh(W_n x + b_n + r (U_n h + d_n)),
 *   h' = (1 - z) n + z h
 *
 * Gates are in PyTorch's order, with its two biases: `bias` on the input and `recurrentBias` on h.
 *
 * Taps at each step: resetGate r, updateGate z, candidate n, hidden h'.
 *
 * @see Cho et al. 2014 - https://arxiv.org/abs/1406.1078
 */
export function GruCell(inner: number, hidden: number): Layer<Cell> {
  const init = uniform(hidden ** -0.5);
  const parts = {
    input: { shape: [3 * hidden, inner], init },
    recurrent: { shape: [3 * hidden, hidden], init },
    bias: { shape: [3 * hidden], init: zeros },
    recurrentBias: { shape: [3 * hidden], init: zeros },
  };
  return layer(parts, ({ input, recurrent, bias, recurrentBias }, { tap, scan }) => ({
    hidden,
    start: (batch) => ({ h: zerosOf(input.dtype, [batch, hidden]) }),
    project: (x) => linear(x, input, bias),
    step: (projected, { h }) => {
      const [xr, xz, xn] = split(projected, 3) as [Value, Value, Value];
      const [hr, hz, hn] = split(linear(h, recurrent, recurrentBias), 3) as [Value, Value, Value];
      const n = tap("candidate", tanh(add(xn, mul(tap("resetGate", sigmoid(add(xr, hr))), hn))));
      return { h: tap("hidden", add(n, mul(tap("updateGate", sigmoid(add(xz, hz))), sub(h, n)))) };
    },
    scan,
  }));
}

export const cells = { lstm: LstmCell, gru: GruCell } as const;
export type CellKind = keyof typeof cells;

/** For each kind, the number of gates in a projected input and the names of the carried state. */
export const cellAnatomy = {
  lstm: { gates: 4, carried: ["h", "c"] },
  gru: { gates: 3, carried: ["h"] },
} as const satisfies Record<CellKind, { readonly gates: number; readonly carried: readonly string[] }>;

export interface RunOptions {
  /** The state before the first step. Default zeros. */
  readonly state?: CellState | undefined;
  /** [time, batch], 1 for a token and 0 for padding, which leaves the state unchanged. */
  readonly mask?: Value | undefined;
  /** Runs from the last step to the first. Default false. */
  readonly reverse?: boolean;
}

/**
 * Runs a cell over time-major sequences.
 *
 *   x [time, batch, in]  ->  outputs [time, batch, hidden], the h of every step, and the state after the last
 */
export function run(
  cell: Cell,
  x: Value,
  { state, mask, reverse = false }: RunOptions = {},
): { outputs: Value; state: CellState } {
  const [time, batch] = x.shape as [Size, Size];
  const scanned = cell.scan({
    state: state ?? cell.start(batch),
    sequences: {
      projected: cell.project(x),
      ...(mask ? { mask: reshape(mask, [time, batch, 1]) } : {}),
    },
    step: (before, element: { projected: Value; mask?: Value }) => {
      const after = cell.step(element.projected, before);
      const next = element.mask ? masked(element.mask, before, after) : after;
      return { state: next, outputs: { h: next.h } };
    },
    reverse,
  });
  return { outputs: scanned.outputs.h, state: scanned.state };
}

/** [batch, time, ...]  <->  [time, batch, ...] */
export function swapTime(x: Value): Value {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}

function masked(mask: Value, before: CellState, after: CellState): CellState {
  const mixed = Object.entries(after).map(([name, value]) => {
    const old = before[name] as Value;
    return [name, add(old, mul(mask, sub(value, old)))];
  });
  return Object.fromEntries(mixed) as CellState;
}

export interface RecurrentConfig {
  readonly cell: CellKind;
  /** Size of the input vectors. */
  readonly inner: number;
  readonly hidden: number;
  /** Layers, each reading the outputs of the one below. Default 1. */
  readonly layers?: number;
  /** Each layer also runs from the last step to the first; outputs are concatenated, 2 · hidden. Default false. */
  readonly bidirectional?: boolean;
  /** On the outputs of every layer but the last. Default 0. */
  readonly dropout?: number;
}

export interface RecurrentOptions {
  /** [batch, time], 1 for a token and 0 for padding. */
  readonly mask?: Value | undefined;
  /** Per layer and direction, the state before the first step; zeros where absent. */
  readonly states?: readonly (readonly CellState[])[] | undefined;
}

export interface RecurrentOutput {
  /** [batch, time, hidden · directions]: the last layer's h at every step. */
  readonly outputs: Value;
  /** Per layer and direction, the state after its last step. */
  readonly states: readonly (readonly CellState[])[];
}

/**
 * A stack of recurrent layers.
 *
 *   x [batch, time, in]  ->  outputs [batch, time, hidden · directions]
 *
 * Taps: outputs; layers.0.states, … [batch, time, hidden · directions], each layer's output; the cells' taps.
 *
 * @see Schuster & Paliwal 1997 (bidirectional) - https://doi.org/10.1109/78.650093
 */
export function Recurrent(
  config: RecurrentConfig,
): Layer<(x: Value, options?: RecurrentOptions) => RecurrentOutput> {
  const { inner, hidden, layers = 1, bidirectional = false, dropout = 0 } = config;
  const Cell = cells[config.cell];
  const directions = bidirectional ? 2 : 1;
  const cellsOf = (size: number): Layer<readonly Cell[]> =>
    bidirectional
      ? layer({ forward: Cell(size, hidden), backward: Cell(size, hidden) }, (m) => [m.forward, m.backward])
      : layer({ cell: Cell(size, hidden) }, (m) => [m.cell]);
  return layer(
    { layers: repeat(layers, (i) => cellsOf(i === 0 ? inner : directions * hidden)) },
    (m, scope) =>
      (x, { mask, states } = {}) => {
        const timeMask = mask && swapTime(mask);
        let steps = swapTime(x);
        const finalStates = m.layers.map((directionCells, i) => {
          const below = i === 0 ? steps : scope.dropout(steps, dropout);
          const results = directionCells.map((cell, k) =>
            run(cell, below, { mask: timeMask, state: states?.[i]?.[k], reverse: k === 1 }),
          );
          const place = scope.child("layers").child(String(i));
          const joined = concat(results.map(({ outputs }) => outputs));
          steps = tapAs(place, "states", joined, swapTime, swapTime);
          return results.map(({ state }) => state);
        });
        return { outputs: scope.tap("outputs", swapTime(steps)), states: finalStates };
      },
  );
}
