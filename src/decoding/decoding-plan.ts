import { heedError } from "../errors.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import { bareIds, type Tokenizer } from "../text/tokenizer.ts";
import { biasedTokens } from "./bias.ts";
import {
  beginWith,
  type Constraint,
  minLength,
  noRepeatNgram,
  repetitionPenalty,
  sequenceBias,
} from "./constraints.ts";
import { checkDecodingOptions, type DecodingOptions } from "./decoding-options.ts";
import type { GlossaryTerm } from "./glossary-term.ts";
import type { Shortlist } from "./listed.ts";
import { hasAttention } from "./scorer.ts";
import { beginVisibly, type Unseen, unseenTokens } from "./visible.ts";

/** Decoding options resolved for a model and its vocabulary. */
export interface DecodingPlan {
  /** Constraints on the next token; empty when the plain order of candidates suffices. */
  readonly constraints: readonly Constraint[];
  readonly unseen: Unseen;
  /** Most tokens of a translation, as a function of its source's tokens and index in the batch. */
  readonly limit: (sourceLength: number, sentence?: number) => number;
}

export interface PlannedDecoding extends DecodingOptions {
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly target: Tokenizer;
  readonly maxLength: number;
  readonly shortlist?: Shortlist | undefined;
  readonly glossary?: readonly GlossaryTerm[] | undefined;
}

type NameOf = (option: keyof DecodingOptions | "shortlist" | "glossary") => string;

/**
 * Resolves options, or refuses those that cannot be honoured, before any session opens.
 *
 * @param nameOf  The name of an option in messages. Default: its own name.
 * @throws ERR_USAGE naming the option.
 */
export function planDecoding(options: PlannedDecoding, nameOf: NameOf = (option) => option): DecodingPlan {
  checkDecodingOptions(options, nameOf);
  refuseAttention(options, nameOf);
  refuseGlossary(options, nameOf);
  if (options.sample && (options.best ?? 1) === 1 && (options.coveragePenalty ?? 0) > 0) {
    const cause = "ranks translations, and a single one is drawn";
    throw heedError("ERR_USAGE", { where: nameOf("coveragePenalty"), cause, remedy: "ask for several" });
  }
  const prefix = prefixOf(options, nameOf);
  const limit = limitOf(options, prefix.length, nameOf);
  const unseen = unseenTokens(options.target);
  const requested = constraintsOf(options, options.target, nameOf);
  const isPlain = prefix.length === 0 && requested.length === 0 && !options.sample;
  if (options.shortlist && !isPlain) {
    const cause = "scores some of the tokens, and sampling, a prefix and constraints need all";
    throw heedError("ERR_USAGE", { where: nameOf("shortlist"), cause, remedy: "leave one of them out" });
  }
  if (isPlain) return { constraints: [], unseen, limit };
  // The prefix is written whatever the other constraints say.
  const free = [...requested, beginVisibly(unseen)].map((constraint) => after(prefix.length, constraint));
  return { constraints: prefix.length > 0 ? [beginWith(prefix), ...free] : free, unseen, limit };
}

/** @throws ERR_USAGE for a glossary beside what makes its searches impossible. */
function refuseGlossary({ glossary, sample, prefix, shortlist }: PlannedDecoding, nameOf: NameOf): void {
  if (!glossary) return;
  const refuse = (cause: string, option: Parameters<NameOf>[0]): never => {
    const remedy = `leave out ${nameOf("glossary")} or ${nameOf(option)}`;
    throw heedError("ERR_USAGE", { where: nameOf("glossary"), cause, remedy });
  };
  if (sample) refuse("a term is searched for, and translations are drawn", "sample");
  if (prefix !== undefined) refuse("translations begin anew from where a term goes", "prefix");
  if (shortlist) refuse("a term may need any token, and only some are scored", "shortlist");
}

/** The constraints that the options ask for, except the prefix. */
function constraintsOf(options: DecodingOptions, target: Tokenizer, nameOf: NameOf): Constraint[] {
  const { bias = new Map(), minDecodingLength: least = 0 } = options;
  const biased = biasedTokens(bias, target, nameOf("bias"));
  return [
    ...repetitionConstraints(options),
    ...(biased.length === 0 ? [] : [sequenceBias(biased)]),
    ...(least === 0 ? [] : [minLength(least, target.special.eos)]),
  ];
}

/** The constraints against repetition, for any model. */
export function repetitionConstraints(
  options: Pick<DecodingOptions, "noRepeatNgram" | "repetitionPenalty">,
): Constraint[] {
  const { noRepeatNgram: n = 0, repetitionPenalty: penalty = 1 } = options;
  return [...(penalty === 1 ? [] : [repetitionPenalty(penalty)]), ...(n === 0 ? [] : [noRepeatNgram(n)])];
}

const after = (length: number, constraint: Constraint): Constraint =>
  length === 0
    ? constraint
    : (scores, written) => {
        if (written.ids.length >= length) constraint(scores, written);
      };

/** The ids of the prefix. */
function prefixOf({ prefix = "", target, ...options }: PlannedDecoding, nameOf: NameOf): readonly number[] {
  const isText = typeof prefix === "string";
  const { first } = target.special;
  const given = isText ? bareIds(target, prefix) : prefix;
  const ids = first === undefined || given[0] === first ? given : [first, ...given];
  const most = mostTokens(options);
  const unknown = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < target.size));
  const cause =
    isText && ids.includes(target.special.unk)
      ? `"${prefix}" has a word that is not in the target's vocabulary`
      : unknown !== undefined
        ? `there is no token ${unknown}; the vocabulary has ids 0 to ${target.size - 1}`
        : ids.slice(0, -1).includes(target.special.eos)
          ? "</s> ends a text, so no token can follow it"
          : ids.length > most && `it has ${ids.length} tokens; a translation has at most ${most}`;
  if (cause) throw heedError("ERR_USAGE", { where: nameOf("prefix"), cause });
  return ids;
}

function limitOf(options: PlannedDecoding, prefix: number, nameOf: NameOf): DecodingPlan["limit"] {
  const { minDecodingLength: least = 0, maxDecodingLength } = options;
  const writable = mostTokens({ maxLength: options.maxLength });
  const most = mostTokens(options);
  const refuse = (option: keyof DecodingOptions, length: number, limit: number): never => {
    const cause = `${length} is more than the ${limit} tokens that the model can write`;
    throw heedError("ERR_USAGE", { where: nameOf(option), cause });
  };
  if (maxDecodingLength !== undefined && maxDecodingLength > writable)
    refuse("maxDecodingLength", maxDecodingLength, writable);
  if (least > most) refuse("minDecodingLength", least, most);
  return (source) =>
    Math.min(maxDecodingLength ?? Math.max(2 * source + 10, prefix + 10, least > 0 ? least + 10 : 0), most);
}

/** The model reads <s> and all tokens but the last. */
const mostTokens = (options: Pick<PlannedDecoding, "maxDecodingLength" | "maxLength">): number =>
  Math.min(options.maxDecodingLength ?? Infinity, options.maxLength - 1);

/** @throws ERR_USAGE for an option that needs attention when the model has none. */
function refuseAttention(options: PlannedDecoding, nameOf: NameOf): void {
  const { attention = false, replaceUnknowns = false, coveragePenalty = 0 } = options;
  const needsAttention = { attention, replaceUnknowns, coveragePenalty: coveragePenalty > 0 };
  const names = Object.keys(needsAttention) as (keyof typeof needsAttention)[];
  const option = names.find((name) => needsAttention[name]);
  if (!option || hasAttention(options.model)) return;
  const [cause, remedy] = ["the model has no attention over its source", "leave this option out"];
  throw heedError("ERR_USAGE", { where: nameOf(option), cause, remedy });
}
