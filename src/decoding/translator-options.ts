import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import type { DecodingOptions } from "./decoding-options.ts";
import type { GlossaryTerm } from "./glossary-term.ts";
import type { Shortlist } from "./listed.ts";

export interface TranslatorOptions extends DecodingOptions {
  readonly engine: Engine;
  /** One model, or several of one vocabulary whose probabilities are averaged: see `ensembleWeights`. */
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly source: Tokenizer;
  readonly target: Tokenizer;
  /** Most sentences decoded together. Default 32. */
  readonly batch?: number;
  /** Most source tokens decoded together, padding included. Default 2048. */
  readonly batchTokens?: number;
  /**
   * Batches decoded at the same time, each on its own threads. Default 1. In Node more than four require the environment
   * variable UV_THREADPOOL_SIZE, set before the process starts; the command line sets it.
   */
  readonly streams?: number;
  /** Longest source and longest translation in tokens, as limited by the model's positions. */
  readonly maxLength: number;
  /** "int8": compute products with weights in 8-bit integers, which is smaller and faster. Default: as trained. */
  readonly quantize?: "int8" | undefined;
  /**
   * Computes the scores of only those target tokens that each sentence lists: faster, slightly less exact. Not with sampling,
   * nor with constraints. Default: all tokens.
   */
  readonly shortlist?: Shortlist | undefined;
  /**
   * Words that translations must use, where the model can be brought to: see `withTerms`. A sentence that lacks one is translated
   * again, up to twice for each form. Not with sampling, a prefix or a shortlist. Default: none.
   */
  readonly glossary?: readonly GlossaryTerm[] | undefined;
  /** Once aborted, `translate` throws its reason within a step of the search, or a batch of a greedy one. */
  readonly signal?: AbortSignal | undefined;
  readonly session?: SessionOptions;
}
