import { over, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { type Layer, layer, repeat, type Scope } from "../nn/layer.ts";
import { Linear } from "../nn/linear.ts";
import { type CellKind, type CellState, cellAnatomy, cells, swapTime } from "../nn/recurrent.ts";
import { type Score, tapOneHead } from "../nn/score.ts";
import { expand } from "../ops/broadcast.ts";
import { add, mul, sub, tanh } from "../ops/elementwise.ts";
import { zeros } from "../ops/gather.ts";
import { matmul } from "../ops/matmul.ts";
import { concat, reshape } from "../ops/reshape.ts";
import { softmax } from "../ops/softmax.ts";
import { inLayers, under } from "./named-tensors.ts";
import { askTogether, type Tensors } from "./seq2seq.ts";

export interface RecurrentDecoderConfig {
  readonly cell: CellKind;
  readonly layers: number;
  /** Size of the embedded target tokens, and of the output. */
  readonly embedding: number;
  readonly hidden: number;
  /** Size of the encoder's states and of its summary. */
  readonly states: number;
  readonly dropout: number;
}

/** A decoder of embedded target tokens. */
export interface RecurrentDecoder {
  /** A sentence's memory, from the encoder's states [batch, source, size] and their summary [batch, size]. */
  readonly remember: (states: Value, summary: Value) => Tensors;
  /** The state before the first token. */
  readonly start: (summary: Value) => Tensors;
  /** embedded [time, batch, embedding]  ->  hidden [batch, time, embedding], and the state after the last token */
  readonly run: (embedded: Value, memory: Tensors, state: Tensors) => { hidden: Value; state: Tensors };
}

/**
 * Without attention: a summary of the sentence initialises the decoder and is read again at every step.
 *
 * @see Cho et al. 2014 - https://arxiv.org/abs/1406.1078
 */
export function StaticDecoder(c: RecurrentDecoderConfig): Layer<RecurrentDecoder> {
  return layer({ stack: Stack(c, c.states), readout: Readout(c) }, ({ stack, readout }, scope) => ({
    remember: (_, summary) => ({ summary }),
    start: stack.start,
    run: (embedded, memory, state) => {
      const summary = repeatPerRow(embedded.shape[1] as Size, memory.summary as Value);
      const read = stack.read(summary);
      const scanned = scope.scan({
        state,
        sequences: { x: stack.project(embedded) },
        step: (before, { x }) => {
          const { h, state: after } = stack.step(add(x, read), before);
          return { state: after, outputs: { h } };
        },
      });
      const hidden = readout(scanned.outputs.h, summary, embedded);
      return { hidden: swapTime(scope.dropout(hidden, c.dropout)), state: scanned.state };
    },
  }));
}

/**
 * Attention before each step: the previous state is the query, and the context is an input of the step.
 *
 *   c_i = Σ_j α_ij h_j,   α_ij = softmax_j(score(s_{i-1}, h_j)),   s_i = cell(y_{i-1}, c_i, s_{i-1})
 *
 * Taps: those of `attend`, of the score and of the cells.
 *
 * @see Bahdanau et al. 2015, section 3.1 - https://arxiv.org/abs/1409.0473
 */
export function BahdanauDecoder(c: RecurrentDecoderConfig, score: Layer<Score>): Layer<RecurrentDecoder> {
  const parts = { score, stack: Stack(c, c.states), readout: Readout(c) };
  return layer(parts, (m, scope) => ({
    remember: (states) => ({ states, keys: m.score.keys(states) }),
    start: m.stack.start,
    run: (embedded, memory, state) => {
      const scanned = scope.scan({
        state,
        sequences: { x: m.stack.project(embedded) },
        step: (before, { x }) => {
          const context = attendOnce(scope, m.score, m.stack.top(before), memory);
          const { h, state: after } = m.stack.step(add(x, m.stack.read(context)), before);
          return { state: after, outputs: { h, context } };
        },
      });
      const hidden = m.readout(scanned.outputs.h, scanned.outputs.context, embedded);
      return { hidden: swapTime(scope.dropout(hidden, c.dropout)), state: scanned.state };
    },
  }));
}

/**
 * Attention after each step: the new state is the query, and the output combines it with the context. All steps can
 * attend at once.
 *
 *   s_i = cell(y_{i-1}, s_{i-1}),   c_i = Σ_j α_ij h_j,   α_ij = softmax_j(score(s_i, h_j)),   s̃_i = tanh(W [c_i; s_i])
 *
 * Taps: those of `attend`, of the score and of the cells.
 *
 * @see Luong et al. 2015, section 3 - https://arxiv.org/abs/1508.04025
 */
export function LuongDecoder(c: RecurrentDecoderConfig, score: Layer<Score>): Layer<RecurrentDecoder> {
  const parts = { score, stack: Stack(c), combine: Linear(c.states + c.hidden, c.embedding) };
  return layer(parts, (m, scope) => ({
    remember: (states) => ({ states, keys: m.score.keys(states) }),
    start: m.stack.start,
    run: (embedded, memory, state) => {
      const scanned = scope.scan({
        state,
        sequences: { x: m.stack.project(embedded) },
        step: (before, { x }) => {
          const { h, state: after } = m.stack.step(x, before);
          return { state: after, outputs: { h } };
        },
      });
      const h = swapTime(scanned.outputs.h);
      const context = attend(scope, m.score, h, memory);
      const hidden = tanh(m.combine(concat([context, h])));
      return { hidden: scope.dropout(hidden, c.dropout), state: scanned.state };
    },
  }));
}

/**
 * Luong's decoder with input feeding: each step's output is an input of the next, which thus knows what has been attended
 * to.
 *
 * Taps: those of `attend`, of the score and of the cells.
 *
 * @see Luong et al. 2015, section 3.3 - https://arxiv.org/abs/1508.04025
 */
export function InputFeedingDecoder(c: RecurrentDecoderConfig, score: Layer<Score>): Layer<RecurrentDecoder> {
  const parts = { score, stack: Stack(c, c.embedding), combine: Linear(c.states + c.hidden, c.embedding) };
  return layer(parts, (m, scope) => ({
    remember: (states) => ({ states, keys: m.score.keys(states) }),
    start: (summary) => ({
      ...m.stack.start(summary),
      fed: zeros(summary.dtype, [summary.shape[0] as Size, c.embedding]),
    }),
    run: (embedded, memory, state) => {
      const scanned = scope.scan({
        state,
        sequences: { x: m.stack.project(embedded) },
        step: ({ fed, ...before }: Tensors, { x }) => {
          const { h, state: after } = m.stack.step(add(x, m.stack.read(fed as Value)), before);
          const context = attendOnce(scope, m.score, h, memory);
          const output = scope.dropout(tanh(m.combine(concat([context, h]))), c.dropout);
          return { state: { ...after, fed: output }, outputs: { output } };
        },
      });
      return { hidden: swapTime(scanned.outputs.output), state: scanned.state };
    },
  }));
}

/**
 * The context of every query.
 *
 *   queries [batch, n, size]  ->  [batch, n, states]
 *
 * Taps: cross.unmasked, cross.scores, cross.weights [batch, 1, queries, source], cross.heads [batch, 1, queries, states].
 */
function attend(scope: Scope, score: Score, queries: Value, memory: Tensors): Value {
  const cross = scope.child("cross");
  const states = memory.states as Value;
  return askTogether(queries, states.shape[0] as Size, (query) => {
    const unmasked = tapOneHead(cross, "unmasked", score.score(query, memory.keys as Value));
    const scores = tapOneHead(cross, "scores", add(unmasked, memory.bias as Value));
    const weights = tapOneHead(cross, "weights", softmax(scores));
    return tapOneHead(cross, "heads", matmul(weights, states));
  });
}

/** One query: [batch, size]  ->  [batch, states] */
function attendOnce(scope: Scope, score: Score, query: Value, memory: Tensors): Value {
  const [batch, size] = query.shape as [Size, Size];
  const context = attend(scope, score, reshape(query, [batch, 1, size]), memory);
  return reshape(context, [batch, context.shape[2] as Size]);
}

/** Repeats each sentence's vector for the rows that translate it: [sentences, size]  ->  [rows, size] */
function repeatPerRow(rows: Size, vector: Value): Value {
  const [sentences, size] = vector.shape as [Size, Size];
  const beam = over(rows, sentences) ?? 1;
  return reshape(expand(reshape(vector, [sentences, 1, size]), [sentences, beam, size]), [rows, size]);
}

interface BoundStack {
  /** summary [batch, states]  ->  every layer's state before the first step: "0.h", … */
  readonly start: (summary: Value) => Tensors;
  /** The last layer's h. */
  readonly top: (state: Tensors) => Value;
  /** The first layer's projection of the tokens, for all steps… */
  readonly project: (x: Value) => Value;
  /** …and of its extra input, to be added. */
  readonly read: (x: Value) => Value;
  readonly step: (projected: Value, state: Tensors) => { h: Value; state: Tensors };
}

/** Stacked cells; the first may read an extra input of size `beside`. */
function Stack(c: RecurrentDecoderConfig, beside = 0): Layer<BoundStack> {
  const { hidden, layers } = c;
  const Cell = cells[c.cell];
  const { gates, carried: names } = cellAnatomy[c.cell];
  const parts = {
    cells: repeat(layers, (i) => Cell(i === 0 ? c.embedding : hidden, hidden)),
    bridge: repeat(layers * names.length, () => Linear(c.states, hidden)),
    ...(beside > 0 ? { beside: Linear(beside, gates * hidden, { bias: false }) } : {}),
  };
  return layer(parts, (m, scope) => ({
    start: (summary) => {
      const states = m.bridge.map((bridge) => tanh(bridge(summary)));
      const layerStates = Array.from({ length: layers }, (_, i) =>
        Object.fromEntries(names.map((name, k) => [name, states[i * names.length + k] as Value])),
      );
      return inLayers(layerStates);
    },
    top: (state) => under(layers - 1, state).h as Value,
    project: (x) => (m.cells[0] as (typeof m.cells)[number]).project(x),
    read: (x) => (m.beside as (x: Value) => Value)(x),
    step: (projected, state) => {
      const after: Tensors[] = [];
      let h = projected;
      m.cells.forEach((cell, i) => {
        const next = cell.step(
          i === 0 ? projected : cell.project(scope.dropout(h, c.dropout)),
          under(i, state) as CellState,
        );
        after.push(Object.fromEntries(names.map((name) => [name, next[name] as Value])));
        h = next.h;
      });
      return { h, state: inLayers(after) };
    },
  }));
}

/** The output, from state, context and the token read.        tanh(W_s s + W_c c + W_y y + b) */
function Readout(c: RecurrentDecoderConfig): Layer<(state: Value, context: Value, embedded: Value) => Value> {
  const parts = {
    state: Linear(c.hidden, c.embedding),
    context: Linear(c.states, c.embedding, { bias: false }),
    token: Linear(c.embedding, c.embedding, { bias: false }),
  };
  return layer(parts, (m) => (state, context, embedded) => {
    return tanh(add(add(m.state(state), m.context(context)), m.token(embedded)));
  });
}

/** mask [batch, source]  ->  the bias that hides padding, added to scores [batch, n, source] */
export function scoreBias(mask: Value): Value {
  const [batch, source] = mask.shape as [Size, Size];
  return reshape(mul(sub(1, mask), -1e9), [batch, 1, source]);
}
