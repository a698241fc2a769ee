/** The options of `heed translate`, and which of them contradict each other. */
import type { Bias } from "../decoding/bias.ts";
import type { DecodingOptions } from "../decoding/decoding-options.ts";
import type { LengthPenalty } from "../decoding/hypothesis.ts";
import { heedError } from "../errors.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { flagOf } from "./command.ts";
import { firstGiven, given } from "./given.ts";
import type { ShardValues } from "./shard.ts";

export interface TranslateLinesOptions extends ShardValues {
  readonly run: string;
  readonly beam?: number | undefined;
  readonly alpha?: number | undefined;
  readonly lengthPenalty: string;
  readonly coveragePenalty?: number | undefined;
  readonly nBest: number;
  readonly prefix?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly noRepeatNgram?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly bias: readonly string[];
  readonly sample: boolean;
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
  readonly ensemble: readonly string[];
  readonly replaceUnknown: boolean;
  readonly target?: string | undefined;
  readonly attention?: string | undefined;
  readonly quantize?: string | undefined;
  readonly shortlist: boolean;
  readonly glossary?: string | undefined;
  readonly batch: number;
  readonly invalidUtf8: string;
  readonly json: boolean;
}

/** Decoding options that have another name on the command line. */
const otherNames: Partial<Record<keyof DecodingOptions, string>> = {
  minDecodingLength: "minLength",
  maxDecodingLength: "maxLength",
  best: "nBest",
  replaceUnknowns: "replaceUnknown",
};

/** The flag of a decoding option. */
export const decodingFlag = (option: keyof DecodingOptions | "shortlist" | "glossary"): string =>
  flagOf(otherNames[option as keyof DecodingOptions] ?? option);

/** @throws ERR_USAGE when --target is combined with an option of translating. */
export function checkTarget({ target, ...options }: TranslateLinesOptions): void {
  if (target === undefined) return;
  const { attention, prefix, sample, nBest, beam, coveragePenalty, minLength, maxLength } = options;
  const {
    noRepeatNgram,
    repetitionPenalty,
    bias,
    temperature,
    topK,
    topP,
    replaceUnknown,
    shortlist,
    glossary,
  } = options;
  const flag = firstGiven({
    shortlist,
    glossary,
    attention,
    prefix,
    sample,
    nBest: nBest > 1,
    beam,
    coveragePenalty,
    minLength,
    maxLength,
    noRepeatNgram,
    repetitionPenalty,
    bias: bias.length > 0,
    temperature,
    topK,
    topP,
    replaceUnknown,
  });
  if (flag) throw usage("--target", "scores the given translations and makes none", `leave out ${flag}`);
}

/** @throws ERR_USAGE when --beam is combined with an option of sampling, or --seed with none. */
export function checkSampling(options: TranslateLinesOptions): void {
  const { sample, temperature, topK, topP, beam, seed } = options;
  const flag = firstGiven({ sample, temperature, topK, topP });
  if (seed !== undefined && flag === undefined)
    throw usage("--seed", "a search draws nothing", "add --sample, or leave out --seed");
  if (flag && beam !== undefined)
    throw usage(
      "--beam",
      `cannot be combined with ${flag}, which draws translations`,
      `leave out --beam or ${flag}`,
    );
}

const usage = (where: string, cause: string, remedy?: string): Error =>
  heedError("ERR_USAGE", { where, cause, ...(remedy ? { remedy } : {}) });

/** The decoding options of a command line; beam and alpha default to the run's. */
export function decodingOf(options: TranslateLinesOptions, run: TranslatorRun): DecodingOptions {
  const { temperature, topK, topP, seed = 42 } = options;
  const isSampled = options.sample || [temperature, topK, topP].some((value) => value !== undefined);
  return given({
    beam: options.beam ?? (isSampled ? 1 : run.config.decoding.beam),
    alpha: options.alpha ?? run.config.decoding.alpha,
    lengthPenalty: options.lengthPenalty as LengthPenalty,
    coveragePenalty: options.coveragePenalty,
    best: options.nBest,
    prefix: options.prefix,
    minDecodingLength: options.minLength,
    maxDecodingLength: options.maxLength,
    noRepeatNgram: options.noRepeatNgram,
    repetitionPenalty: options.repetitionPenalty,
    bias: biasOf(options.bias),
    sample: isSampled ? given({ temperature, topK, topP, seed }) : undefined,
    replaceUnknowns: options.replaceUnknown,
    attention: options.attention !== undefined,
  });
}

/** Parses "WORD=N". @throws ERR_USAGE for another form */
function biasOf(words: readonly string[]): Bias {
  return new Map(
    words.map((text) => {
      const at = text.lastIndexOf("=");
      const [word, number] = [text.slice(0, at), text.slice(at + 1)];
      const value = Number(number);
      if (at < 1 || number.trim() === "" || !(value < Infinity))
        throw usage("--bias", `"${text}" is not WORD=N`, "N is a number, or -Infinity to ban the word");
      return [word, value];
    }),
  );
}
