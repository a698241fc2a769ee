import { heedError } from "../errors.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import { isBlank } from "../text/blank.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { beamSearch } from "./beam.ts";
import { constrained } from "./constraints.ts";
import { copyUnknown } from "./copy-unknown.ts";
import { checkDecodingOptions, constraintsOf, type DecodingOptions } from "./decoding-options.ts";
import { openGreedy } from "./greedy.ts";
import { type Hypothesis, lengthPenalty } from "./hypothesis.ts";
import { batchesByTokens } from "./packing.ts";
import { sampleSearch } from "./sample-search.ts";
import { type Forced, openScorer, type Scorer } from "./scorer.ts";
import { closeLater } from "./sessions.ts";
import { openStepper } from "./stepper.ts";

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
   * Batches on their way at the same time, each on threads of its own. Default 1. In Node more than four at a time need
   * the environment variable UV_THREADPOOL_SIZE, set before the process starts; the command line sets it.
   */
  readonly streams?: number;
  /** Longest sentence in tokens, in and out: what the model's positions allow. */
  readonly maxLength: number;
  /** "int8": products with weights on 8-bit integers, smaller and faster. Default: as trained. */
  readonly quantize?: "int8" | undefined;
  readonly session?: SessionOptions;
}

export interface Translation {
  readonly source: string;
  /** There when the source was longer than the model reads: what is beyond `maxLength` tokens was cut off. */
  readonly isCut?: true;
  /** Best first. */
  readonly hypotheses: readonly TranslatedText[];
}

export interface TranslatedText {
  readonly text: string;
  /** Log probability over length penalty, with the coverage penalty if there is one. */
  readonly score: number;
  /** The target's subword pieces. */
  readonly tokens: readonly string[];
  /** [target tokens and </s>][source tokens and </s>]: where each token looked. Only when asked for. */
  readonly attention?: readonly (readonly number[])[];
}

export interface ForcedText {
  readonly source: string;
  readonly target: string;
  /** Log probability, </s> included, over length penalty. */
  readonly score: number;
  readonly logProbability: number;
  /** The target's pieces, the last </s>, and the log probability of each. */
  readonly tokens: readonly string[];
  readonly logProbabilities: readonly number[];
}

export interface Translator {
  /** Translates sentences; the results stand in their order. Blank ones stay blank. */
  translate(sentences: readonly string[]): Promise<Translation[]>;
  /**
   * Translates sentences given as ids that end with </s>; the results stand in their order. Attention, coverage and copied
   * words are of `translate` alone.
   *
   * @throws ERR_USAGE for a sentence longer than the model reads.
   */
  translateIds(sources: readonly ArrayLike<number>[]): Promise<Hypothesis[][]>;
  /** Forced decoding: how likely given translations are. */
  score(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<ForcedText[]>;
  close(): void;
}

interface Searcher {
  readonly search: (sources: readonly ArrayLike<number>[]) => Promise<Hypothesis[][]>;
  readonly close: () => void;
}

/**
 * A translator over frozen weights: two sessions and a search. What asks for attention, or scores given translations,
 * opens a third when it is first needed.
 *
 * @throws ERR_USAGE for an option outside its range.
 */
export async function openTranslator(options: TranslatorOptions): Promise<Translator> {
  checkDecodingOptions(options);
  const {
    engine,
    model,
    weights,
    source,
    target,
    alpha = 0.6,
    lengthPenalty: kind = "gnmt",
    maxLength,
    quantize,
  } = options;
  const { beam = 4, best = 1, batch = 32, batchTokens = 2048, streams = 1, coveragePenalty = 0 } = options;
  const session = options.session ? { session: options.session } : {};
  const { bos: start, eos: end, unk } = target.special;
  const prefix = options.prefix ? target.encode(options.prefix).slice(0, -1) : [];
  for (const id of options.bias?.keys() ?? []) {
    if (isIdOf(target, id)) continue;
    const cause = `there is no token ${id}, the vocabulary has 0 to ${target.size - 1}`;
    throw heedError("ERR_USAGE", { where: "bias", cause });
  }
  const width = Math.max(beam, best);
  const most = Math.min(options.maxDecodingLength ?? Infinity, maxLength - 1);
  if (prefix.length > most) {
    const cause = `it has ${prefix.length} tokens, a translation at most ${most}`;
    throw heedError("ERR_USAGE", { where: "prefix", cause });
  }
  const limit = (length: number): number =>
    Math.min(options.maxDecodingLength ?? Math.max(2 * length + 10, prefix.length + 10), most);
  const searcher = await openSearcher();
  let scorer: Promise<Scorer> | undefined;
  const forced = (attention: boolean): Promise<Scorer> =>
    openScorer({
      ...{ engine, model, weights, quantize, padding: source.special.pad, start, attention },
      ...session,
    });
  let looking: Promise<Scorer> | undefined;

  /** The search that the options ask for, over sessions that give no more than it reads. */
  async function openSearcher(): Promise<Searcher> {
    const constraints = constraintsOf(options, target.special, prefix);
    const common = { engine, model, quantize, padding: source.special.pad, constants: weights, ...session };
    const how = { alpha, lengthPenalty: kind, maxLength: limit, start, end };
    const isConstrained = constraints.length > 0;
    if (width === 1 && !isConstrained && !options.sample) {
      const greedy = await openGreedy({ ...common, end });
      return { search: (sources) => greedy.search(sources, how), close: greedy.close };
    }
    const wanted = options.sample ? "all" : width === 1 ? 1 : 2 * width;
    const plain = await openStepper({ ...common, candidates: isConstrained ? "all" : wanted });
    const stepper = isConstrained ? constrained(plain, constraints, wanted) : plain;
    const { sample } = options;
    return {
      search: sample
        ? (sources) => sampleSearch(stepper, sources, { ...how, best, ...sample })
        : (sources) =>
            beamSearch(stepper, sources, { ...how, beam: width, best: coveragePenalty > 0 ? width : best }),
      close: stepper.close,
    };
  }

  const translateIds = async (sources: readonly ArrayLike<number>[]): Promise<Hypothesis[][]> => {
    const results: Hypothesis[][] = sources.map(() => []);
    const length = (i: number): number => sources[i]?.length ?? 0;
    const tooLong = sources.findIndex(({ length }) => length > maxLength);
    const refuse = (cause: string): never => {
      throw heedError("ERR_USAGE", { where: "translateIds", cause });
    };
    if (tooLong >= 0)
      refuse(`sentence ${tooLong} has ${length(tooLong)} tokens, the model reads at most ${maxLength}`);
    for (const [i, ids] of sources.entries()) {
      if (ids.length === 0) refuse(`sentence ${i} has no tokens: even an empty one ends with </s>`);
      const odd = Array.from(ids).find((id) => !isIdOf(source, id));
      if (odd !== undefined)
        refuse(`sentence ${i} has token ${odd}, the vocabulary has 0 to ${source.size - 1}`);
    }
    const waiting = batchesByTokens(sources.length, length, { sentences: batch, tokens: batchTokens });
    const work = async (): Promise<void> => {
      // The longest first, so that streams end at about the same time.
      for (let chosen = waiting.pop(); chosen; chosen = waiting.pop()) {
        const found = await searcher.search(chosen.map((i) => sources[i] ?? []));
        for (const [n, i] of chosen.entries()) results[i] = found[n] ?? [];
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, streams) }, work));
    return results;
  };

  /** What hypotheses looked at: read off by forced decoding, so that the search itself never pays for it. */
  const lookedAt = async (
    sources: readonly ArrayLike<number>[],
    found: Hypothesis[][],
  ): Promise<Forced[][]> => {
    looking ??= forced(true);
    const pairs = found.flatMap((all, i) =>
      all.map(({ ids }) => ({ source: sources[i] ?? [], target: ids })),
    );
    const flat = await (await looking).score(pairs);
    let next = 0;
    return found.map((all) => all.map(() => flat[next++] as Forced));
  };

  const textOf = (
    { ids, score }: Hypothesis,
    text: string,
    attention?: readonly Float32Array[],
  ): TranslatedText => ({
    text:
      options.replaceUnknowns && attention && ids.includes(unk)
        ? copyUnknown(ids, attention, text, options)
        : target.decode(ids),
    score,
    tokens: ids.filter((id) => id !== end).map((id) => target.token(id)),
    ...(options.attention && attention ? { attention: attention.map((row) => Array.from(row)) } : {}),
  });

  const translate = async (sentences: readonly string[]): Promise<Translation[]> => {
    const results: Translation[] = sentences.map((text) => ({
      source: text,
      hypotheses: Array.from({ length: best }, () => ({ text: "", score: 0, tokens: [] })),
    }));
    const asked = [...sentences.keys()].filter((i) => !isBlank(sentences[i] as string));
    const cut = new Set<number>();
    const sources = asked.map((i, n) => {
      const ids = source.encode(sentences[i] as string);
      if (ids.length > maxLength) cut.add(n);
      return cutTo(maxLength, ids, source);
    });
    let found = await translateIds(sources);
    const hasUnknown =
      options.replaceUnknowns && found.some((all) => all.some(({ ids }) => ids.includes(unk)));
    const isLooking = options.attention || coveragePenalty > 0 || hasUnknown;
    let looked = isLooking ? await lookedAt(sources, found) : undefined;
    if (looked && coveragePenalty > 0) {
      const covered = found.map((all, i) =>
        rankByCoverage(all, looked?.[i] ?? [], coveragePenalty).slice(0, best),
      );
      found = covered.map((all) => all.map(([hypothesis]) => hypothesis));
      looked = covered.map((all) => all.map(([, attention]) => attention));
    }
    for (const [n, i] of asked.entries()) {
      const text = sentences[i] as string;
      const hypotheses = (found[n] ?? []).map((one, h) => textOf(one, text, looked?.[n]?.[h]?.attention));
      results[i] = { source: text, hypotheses, ...(cut.has(n) ? { isCut: true } : {}) };
    }
    return results;
  };

  return {
    translate,
    translateIds,
    score: async (pairs) => {
      scorer ??= forced(false);
      const ids = pairs.map((pair) => ({
        source: cutTo(maxLength, source.encode(pair.source), source),
        target: fitting(target, pair.target, maxLength),
      }));
      const found = await (await scorer).score(ids);
      return pairs.map((pair, i) => {
        const logProbabilities = Array.from(found[i]?.logProbabilities ?? []);
        const logProbability = logProbabilities.reduce((a, b) => a + b, 0);
        const score = logProbability / lengthPenalty(logProbabilities.length, alpha, kind);
        const tokens = (ids[i]?.target ?? []).map((id) => target.token(id));
        return { source: pair.source, target: pair.target, score, logProbability, tokens, logProbabilities };
      });
    },
    close: () => {
      searcher.close();
      for (const each of [scorer, looking]) closeLater(each);
    },
  };
}

/** Adds the coverage penalty to scores and orders by them. */
function rankByCoverage(
  hypotheses: readonly Hypothesis[],
  forced: readonly Forced[],
  beta: number,
): (readonly [Hypothesis, Forced])[] {
  return hypotheses
    .map((hypothesis, h) => {
      const looked = forced[h] as Forced;
      return [
        { ...hypothesis, score: hypothesis.score + beta * coverage(looked.attention ?? []) },
        looked,
      ] as const;
    })
    .sort(([a], [b]) => b.score - a.score);
}

/** Σ_i log(min(Σ_j a_ij, 1)): 0 when every source word was looked at fully. @see Wu et al. 2016, Eq. 14 */
export function coverage(attention: readonly ArrayLike<number>[]): number {
  const words = attention[0]?.length ?? 0;
  let sum = 0;
  for (let i = 0; i < words; i++) {
    const looked = attention.reduce((total, row) => total + (row[i] as number), 0);
    sum += Math.log(Math.max(1e-10, Math.min(looked, 1)));
  }
  return sum;
}

const isIdOf = (tokenizer: Tokenizer, id: number): boolean =>
  Number.isInteger(id) && id >= 0 && id < tokenizer.size;

/** Ids of a sentence, cut to what the model has positions for, still ending with </s>. */
const cutTo = (maxLength: number, ids: number[], { special }: Tokenizer): number[] =>
  ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), special.eos];

/** Ids of a translation to score: nothing of it may be left out. */
function fitting(tokenizer: Tokenizer, text: string, maxLength: number): number[] {
  const ids = tokenizer.encode(text);
  if (ids.length <= maxLength) return ids;
  const cause = `a translation has ${ids.length} tokens, more than the model's ${maxLength}`;
  throw heedError("ERR_DATA", { where: "target", cause });
}
