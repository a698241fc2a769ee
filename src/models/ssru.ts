/** A decoder whose layers read their own text with a recurrent unit instead of attention to it. */
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { BoundAttention, Remembered } from "../nn/attention.ts";
import { type Layer, layer } from "../nn/layer.ts";
import type { Residual } from "../nn/norm.ts";
import type { BoundSsru } from "../nn/ssru.ts";
import { zeros } from "../ops/gather.ts";
import { concat } from "../ops/reshape.ts";
import { lengthOf } from "./first-states.ts";
import { inLayers, under } from "./named-tensors.ts";
import { askTogether, type Decoded, type Tensors } from "./seq2seq.ts";

interface SsruParts {
  readonly recurrence: Layer<BoundSsru>;
  readonly recurrenceResidual: Layer<Residual>;
  readonly cross: Layer<BoundAttention>;
  readonly crossResidual: Layer<Residual>;
  readonly feedForward: Layer<(x: Value) => Value>;
  readonly feedForwardResidual: Layer<Residual>;
}

export interface BoundSsruLayer {
  readonly cross: BoundAttention;
  /** x [batch, length, dim], cell [batch, dim]  ->  the same, after x */
  readonly decode: (
    x: Value,
    source: Remembered,
    sourceBias: Value,
    cell: Value,
  ) => { readonly x: Value; readonly cell: Value };
}

/** The recurrent unit, attention to the source, then the feed-forward layer. Tap: states. */
export const ssruBlock = (parts: SsruParts): Layer<BoundSsruLayer> =>
  layer({ ...parts }, (m, scope) => ({
    cross: m.cross,
    decode: (x, source, sourceBias, before) => {
      let cell = before;
      const a = m.recurrenceResidual(x, (h) => {
        const read = m.recurrence(h, before);
        cell = read.cell;
        return read.outputs;
      });
      const sentences = source.keys.shape[0] as Size;
      const b = m.crossResidual(a, (h) =>
        askTogether(h, sentences, (queries) => m.cross.attend(queries, source, sourceBias)),
      );
      return { x: scope.tap("states", m.feedForwardResidual(b, m.feedForward)), cell };
    },
  }));

/** The state of `layers` layers before the first token: cells of zeros. */
export const startCells = (
  like: Value,
  batch: Size,
  { layers, dim }: { layers: number; dim: number },
): Tensors => ({
  ...inLayers(Array.from({ length: layers }, () => ({ cell: zeros(like.dtype, [batch, dim]) }))),
  ...inLayers([{ read: zeros(like.dtype, [batch, 1, 0, 1]) }]),
});

/**
 * Runs all layers; each position knows the target up to itself. The state has a mark for each token read, whose number tells
 * positions.
 *
 *   x [batch, length, dim]  ->  hidden [batch, length, dim]
 */
export function throughCells(
  layers: readonly BoundSsruLayer[],
  x: Value,
  memory: Tensors,
  state?: Tensors,
): Decoded {
  const [batch, length, dim] = x.shape as [Size, Size, number];
  const before = state ?? startCells(x, batch, { layers: layers.length, dim });
  let hidden = x;
  const after = layers.map((ssruLayer, i) => {
    const { cell } = under(i, before) as { cell: Value };
    const stepped = ssruLayer.decode(hidden, under(i, memory) as never, memory.bias as Value, cell);
    hidden = stepped.x;
    return { cell: stepped.cell };
  });
  const marks = zeros(x.dtype, [batch, 1, length, 1]);
  const read = lengthOf(state) === 0 ? marks : concat([under(0, before).read as Value, marks], 2);
  return { hidden, state: { ...inLayers(after), ...inLayers([{ read }]) } };
}
