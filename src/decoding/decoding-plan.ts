import { heedError } from "../errors.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
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
import { hasAttention } from "./scorer.ts";
import { beginVisibly, type Unseen, unseenTokens } from "./visible.ts";

/** What options of decoding mean for a model and its vocabulary. */
export interface DecodingPlan {
  /** What may be written; none where candidates need not be looked at beyond their order. */
  readonly constraints: readonly Constraint[];
  readonly unseen: Unseen;
  /** Most tokens of a translation, by the tokens of its source. */
  readonly limit: (sourceLength: number) => number;
}

export interface PlannedDecoding extends DecodingOptions {
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly target: Tokenizer;
  readonly maxLength: number;
}

type Called = (option: keyof DecodingOptions) => string;

/**
 * Makes a plan of options, or refuses those that cannot be honoured, before anything is opened.
 *
 * @param called  What messages call an option; by its own name when left out.
 * @throws ERR_USAGE naming the option.
 */
export function planDecoding(options: PlannedDecoding, called: Called = (option) => option): DecodingPlan {
  checkDecodingOptions(options, called);
  refuseAttention(options, called);
  const prefix = prefixOf(options, called);
  const limit = limitOf(options, prefix.length, called);
  const unseen = unseenTokens(options.target);
  const asked = constraintsOf(options, options.target, called);
  if (prefix.length === 0 && asked.length === 0 && !options.sample) return { constraints: [], unseen, limit };
  // What must be written is, whatever the others say of it.
  const free = [...asked, beginVisibly(unseen)].map((constraint) => after(prefix.length, constraint));
  return { constraints: prefix.length > 0 ? [beginWith(prefix), ...free] : free, unseen, limit };
}

/** The constraints that options ask for, without the prefix. */
function constraintsOf(options: DecodingOptions, target: Tokenizer, called: Called): Constraint[] {
  const { bias = new Map(), minDecodingLength: least = 0 } = options;
  const biased = biasedTokens(bias, target, called("bias"));
  return [
    ...repetitionConstraints(options),
    ...(biased.length === 0 ? [] : [sequenceBias(biased)]),
    ...(least === 0 ? [] : [minLength(least, target.special.eos)]),
  ];
}

/** What holds against repetition in a text of any model. */
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

/** Ids of how every translation begins. */
function prefixOf({ prefix = "", target, ...options }: PlannedDecoding, called: Called): number[] {
  const ids = target.encode(prefix).slice(0, -1);
  const most = mostTokens(options);
  const cause = ids.includes(target.special.unk)
    ? `"${prefix}" has a word that is not in the target's vocabulary`
    : ids.length > most && `it has ${ids.length} tokens, a translation at most ${most}`;
  if (cause) throw heedError("ERR_USAGE", { where: called("prefix"), cause });
  return ids;
}

function limitOf(options: PlannedDecoding, prefix: number, called: Called): DecodingPlan["limit"] {
  const { minDecodingLength: least = 0, maxDecodingLength } = options;
  const most = mostTokens(options);
  if (least > most) {
    const cause = `${least} is more than the ${most} tokens that the model writes`;
    throw heedError("ERR_USAGE", { where: called("minDecodingLength"), cause });
  }
  return (source) =>
    Math.min(maxDecodingLength ?? Math.max(2 * source + 10, prefix + 10, least > 0 ? least + 10 : 0), most);
}

/** The model reads <s> and all tokens but the last. */
const mostTokens = (options: Pick<PlannedDecoding, "maxDecodingLength" | "maxLength">): number =>
  Math.min(options.maxDecodingLength ?? Infinity, options.maxLength - 1);

/** @throws ERR_USAGE for what reads attention off a model that has none. */
function refuseAttention(options: PlannedDecoding, called: Called): void {
  const { attention = false, replaceUnknowns = false, coveragePenalty = 0 } = options;
  const reading = { attention, replaceUnknowns, coveragePenalty: coveragePenalty > 0 };
  const asked = (Object.keys(reading) as (keyof typeof reading)[]).filter((name) => reading[name]);
  const [option] = asked;
  if (!option || hasAttention(options.model)) return;
  const [cause, remedy] = ["the model has no attention to its source", "leave it out"];
  throw heedError("ERR_USAGE", { where: called(option), cause, remedy });
}
