import type { Layer } from "../nn/layer.ts";
import { AdditiveScore, DotScore, GeneralScore, type Score } from "../nn/score.ts";
import {
  BahdanauDecoder,
  InputFeedingDecoder,
  LuongDecoder,
  type RecurrentDecoder,
  type RecurrentDecoderConfig,
  StaticDecoder,
} from "./recurrent-decoder.ts";

type Build = (c: RecurrentDecoderConfig) => Layer<RecurrentDecoder>;

/** One way for a recurrent decoder to look back at the source. */
interface AttentionRecord {
  readonly build: Build;
  /** The same with input feeding, if possible: a step's output is an input of the next. */
  readonly feeding?: Build;
}

/** Luong's decoder with a score. Its query is the state after a step, so it can feed its output to the next. */
const luong = (score: (c: RecurrentDecoderConfig) => Layer<Score>) => ({
  build: (c: RecurrentDecoderConfig) => LuongDecoder(c, score(c)),
  feeding: (c: RecurrentDecoderConfig) => InputFeedingDecoder(c, score(c)),
});

/** Every attention of a recurrent decoder, by its name in configurations. */
const table = {
  none: { build: StaticDecoder },
  additive: { build: (c) => BahdanauDecoder(c, AdditiveScore(c.hidden, c.states)) },
  dot: luong((c) => DotScore(c.hidden, c.states)),
  "scaled-dot": luong((c) => DotScore(c.hidden, c.states, c.hidden ** -0.5)),
  general: luong((c) => GeneralScore(c.hidden, c.states)),
} as const satisfies Readonly<Record<string, AttentionRecord>>;

/** How a recurrent decoder looks back at the source. "none": one summary of it, without attention. */
export type RecurrentAttention = keyof typeof table;

export const recurrentAttentions: Readonly<Record<RecurrentAttention, AttentionRecord>> = table;

export const recurrentAttentionNames = Object.keys(table) as RecurrentAttention[];

/** The attentions that support input feeding. */
export const feedingAttentions = recurrentAttentionNames.filter((name) => recurrentAttentions[name].feeding);
