import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import type { BoundAttention, Remembered } from "../nn/attention.ts";
import { type Layer, layer } from "../nn/layer.ts";
import type { Residual } from "../nn/norm.ts";
import { concat } from "../ops/reshape.ts";
import { askTogether } from "./seq2seq.ts";

/** What a block is made of: its attention to itself, the feed-forward layer, and the residual sum around each. */
type BlockParts = {
  readonly attention: Layer<BoundAttention>;
  readonly attentionResidual: Layer<Residual>;
  readonly feedForward: Layer<(x: Value) => Value>;
  readonly feedForwardResidual: Layer<Residual>;
};

type DecoderParts = BlockParts & {
  readonly cross: Layer<BoundAttention>;
  readonly crossResidual: Layer<Residual>;
};

/** Self-attention, then the feed-forward layer. Tap: states, the layer's output. */
export const encoderBlock = (parts: BlockParts): Layer<(x: Value, bias: Value) => Value> =>
  layer(parts, (m, scope) => (x, bias) => {
    const y = m.attentionResidual(x, (h) => m.attention.attend(h, m.attention.remember(h), bias));
    return scope.tap("states", m.feedForwardResidual(y, m.feedForward));
  });

export interface CachedStep {
  readonly x: Value;
  /** Keys and values of all positions so far. */
  readonly present: Remembered;
}

export interface BoundDecoderLayer {
  readonly cross: BoundAttention;
  readonly decode: (
    x: Value,
    source: Remembered,
    sourceBias: Value,
    causal: Value | undefined,
    past: Remembered | undefined,
  ) => CachedStep;
}

/** Causal self-attention, attention to the source, then the feed-forward layer. Tap: states. */
export const decoderBlock = (parts: DecoderParts): Layer<BoundDecoderLayer> =>
  layer(parts, (m, scope) => ({
    cross: m.cross,
    decode: (x, source, sourceBias, causal, past) => {
      const a = attendBack(m, x, causal, past);
      const sentences = source.keys.shape[0] as Size;
      const b = m.crossResidual(a.x, (h) =>
        askTogether(h, sentences, (queries) => m.cross.attend(queries, source, sourceBias)),
      );
      return { x: scope.tap("states", m.feedForwardResidual(b, m.feedForward)), present: a.present };
    },
  }));

export type BoundCausalLayer = (
  x: Value,
  causal: Value | undefined,
  past: Remembered | undefined,
  /** int32 [batch, length]. Default: those after the past's. */
  positions?: Value,
) => CachedStep;

/** Causal self-attention, then the feed-forward layer. Tap: states. */
export const causalBlock = (parts: BlockParts): Layer<BoundCausalLayer> =>
  layer(parts, (m, scope) => (x, causal, past, positions) => {
    const a = attendBack(m, x, causal, past, positions);
    return { x: scope.tap("states", m.feedForwardResidual(a.x, m.feedForward)), present: a.present };
  });

/** Causal self-attention over the past, if any, and x. */
function attendBack(
  m: { attention: BoundAttention; attentionResidual: Residual },
  x: Value,
  causal: Value | undefined,
  past: Remembered | undefined,
  positions?: Value,
): CachedStep {
  let present: Remembered | undefined;
  const y = m.attentionResidual(x, (h) => {
    const before = positions ?? (past ? (past.keys.shape[2] as Size) : 0);
    const now = m.attention.remember(h, before);
    present = past
      ? { keys: concat([past.keys, now.keys], 2), values: concat([past.values, now.values], 2) }
      : now;
    return m.attention.attend(h, present, causal, before);
  });
  return { x: y, present: present as Remembered };
}
