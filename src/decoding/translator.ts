import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { beamSearch, type Hypothesis } from "./beam.ts";
import { openStepper } from "./stepper.ts";

export interface TranslatorOptions {
  readonly engine: Engine;
  readonly model: Layer<Seq2Seq>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly source: Tokenizer;
  readonly target: Tokenizer;
  /** Hypotheses kept at each step. Default 4. */
  readonly beam?: number;
  /** Strength of the length penalty. Default 0.6. */
  readonly alpha?: number;
  /** Hypotheses returned for each sentence. Default 1. */
  readonly best?: number;
  /** Sentences decoded together. Default 32. */
  readonly batch?: number;
  /** Longest sentence in tokens, in and out: what the model's positions allow. */
  readonly maxLength: number;
  /** "int8": products with weights on 8-bit integers, smaller and faster. Default: as trained. */
  readonly quantize?: "int8" | undefined;
  readonly session?: SessionOptions;
}

export interface Translation {
  readonly source: string;
  /** Best first. */
  readonly hypotheses: readonly TranslatedText[];
}

export interface TranslatedText {
  readonly text: string;
  /** Log probability over length penalty. */
  readonly score: number;
  /** The target's subword pieces. */
  readonly tokens: readonly string[];
}

export interface Translator {
  /** Translates sentences; the results stand in their order. Blank ones stay blank. */
  translate(sentences: readonly string[]): Promise<Translation[]>;
  close(): void;
}

/** A translator over frozen weights: two sessions and beam search. */
export async function openTranslator(options: TranslatorOptions): Promise<Translator> {
  const {
    engine,
    model,
    weights,
    source,
    target,
    beam = 4,
    alpha = 0.6,
    best = 1,
    batch = 32,
    maxLength,
  } = options;
  const width = Math.max(beam, best);
  const stepper = await openStepper({
    engine,
    model,
    padding: source.special.pad,
    candidates: 2 * width,
    constants: weights,
    quantize: options.quantize,
    ...(options.session ? { session: options.session } : {}),
  });
  const { bos: start, eos: end } = target.special;
  const outputLimit = (length: number): number => Math.min(2 * length + 10, maxLength - 1);

  const textOf = ({ ids, score }: Hypothesis): TranslatedText => ({
    text: target.decode(ids),
    score,
    tokens: ids.filter((id) => id !== end).map((id) => target.token(id)),
  });
  return {
    translate: async (sentences) => {
      const results: Translation[] = sentences.map((text) => ({
        source: text,
        hypotheses: [{ text: "", score: 0, tokens: [] }],
      }));
      const encoded = sentences.map((text) => encode(source, text, maxLength));
      // Alike lengths decode together: less padding, and rows finish at the same time.
      const order = [...encoded.keys()]
        .filter((i) => sentences[i]?.trim())
        .sort((a, b) => (encoded[a]?.length ?? 0) - (encoded[b]?.length ?? 0));
      for (let at = 0; at < order.length; at += batch) {
        const rows = order.slice(at, at + batch);
        const found = await beamSearch(
          stepper,
          rows.map((i) => encoded[i] ?? []),
          {
            beam: width,
            alpha,
            best,
            maxLength: outputLimit,
            start,
            end,
          },
        );
        rows.forEach((i, n) => {
          results[i] = { source: sentences[i] as string, hypotheses: (found[n] ?? []).map(textOf) };
        });
      }
      return results;
    },
    close: () => stepper.close(),
  };
}

/** Ids of a sentence, cut to what the model has positions for, still ending with </s>. */
function encode(tokenizer: Tokenizer, text: string, maxLength: number): number[] {
  const ids = tokenizer.encode(text);
  return ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), tokenizer.special.eos];
}
