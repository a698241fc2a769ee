import { heedError } from "../errors.ts";
import type { Decoder } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { randomStream } from "../random.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor } from "../runtime/state.ts";
import { beamSearch } from "./beam.ts";
import { constrained } from "./constraints.ts";
import { checkDecodingOptions, type DecodingOptions } from "./decoding-options.ts";
import { repetitionConstraints } from "./decoding-plan.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { drawTexts } from "./sample-search.ts";
import type { SamplingOptions } from "./sampling.ts";
import { openTextStepper } from "./text-stepper.ts";

export interface GeneratorOptions {
  readonly engine: Engine;
  readonly model: Layer<Decoder>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  /**
   * How many tokens the model looks back at, as many as it was trained with. When so many have been read, the later half
   * of them is read again and the rest forgotten.
   */
  readonly context: number;
  readonly session?: SessionOptions;
}

/** What may follow the prompt, whose own tokens do not count. */
export type WritingOptions = Pick<DecodingOptions, "noRepeatNgram" | "repetitionPenalty">;

export interface GenerateOptions extends SamplingOptions, WritingOptions {
  /** Same seed, same text. Default 42. */
  readonly seed?: number;
}

export interface ContinueOptions extends WritingOptions, Pick<DecodingOptions, "beam" | "best"> {
  /** Tokens to write. */
  readonly tokens: number;
  /** Once aborted, what was not found yet is not looked for. */
  readonly signal?: AbortSignal;
}

/**
 * Goes on with texts. They have no end of their own: to a language model </s> is the end of a line, and one line may be
 * empty. So nothing is held against an ending here, unlike in a translation.
 */
export interface Generator {
  /**
   * Draws token by token, for ever: whoever reads the tokens stops.
   *
   * @param prompt  Ids of the text so far; at least one.
   * @throws ERR_USAGE for a prompt that is empty or has ids the model does not know, and as `nextTokens` does.
   */
  readonly generate: (prompt: readonly number[], options?: GenerateOptions) => AsyncGenerator<number>;
  /**
   * Searches for the likeliest ways to go on, with a beam; prompts of one length are searched together. The score is the
   * log probability of what was written.
   *
   * @returns for every prompt, in order, `best` hypotheses of `tokens` tokens each, best first.
   */
  readonly search: (
    prompts: readonly (readonly number[])[],
    options: ContinueOptions,
  ) => Promise<Hypothesis[][]>;
  readonly close: () => void;
}

/** No token: these texts go on. */
const NEVER = -1;

/** A generator over frozen weights: a session for how a text begins and one for how it goes on, any number of tokens each. */
export async function openGenerator(options: GeneratorOptions): Promise<Generator> {
  const { engine, model, weights, context } = options;
  const vocabulary = build(model).call.projection.shape[0] as number;
  const session = options.session ? { session: options.session } : {};
  const stepper = await openTextStepper({
    engine,
    model,
    constants: weights,
    candidates: "all",
    context,
    ...session,
  });

  async function* generate(
    prompt: readonly number[],
    { seed = 42, ...options }: GenerateOptions = {},
  ): AsyncGenerator<number> {
    checkPrompt(prompt, vocabulary);
    checkDecodingOptions(options);
    const constraints = repetitionConstraints(options);
    const writing = constraints.length > 0 ? constrained(stepper, constraints, "all") : stepper;
    const how = {
      ...options,
      uniform: () => randomStream(seed, "generate"),
      start: NEVER,
      end: NEVER,
      maxLength: () => Infinity,
    };
    for await (const [drawn] of drawTexts(writing, [prompt], [{ sentence: 0, n: 0 }], how))
      if (drawn?.token !== undefined) yield drawn.token;
  }

  const search: Generator["search"] = async (prompts, { tokens, beam = 4, best = 1, signal, ...options }) => {
    for (const prompt of prompts) checkPrompt(prompt, vocabulary);
    checkDecodingOptions({ beam, best, ...options });
    const width = Math.max(beam, best);
    const constraints = repetitionConstraints(options);
    const searched = constrained(stepper, constraints, width === 1 ? 1 : 2 * width);
    const how = { beam: width, best, signal, alpha: 0, start: NEVER, end: NEVER, maxLength: () => tokens };
    const results: Hypothesis[][] = prompts.map(() => []);
    for (const chosen of byLength(prompts.map(({ length }) => Math.min(length, context)))) {
      const texts = chosen.map((i) => prompts[i] ?? []);
      const found = await beamSearch(searched, texts, how);
      for (const [n, i] of chosen.entries()) results[i] = found[n] ?? [];
    }
    return results;
  };
  return { generate, search, close: stepper.close };
}

function checkPrompt(prompt: readonly number[], vocabulary: number): void {
  const unknown = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
  if (unknown === undefined && prompt.length > 0) return;
  const cause = unknown === undefined ? "it is empty" : `there is no token ${unknown} among ${vocabulary}`;
  const remedy = "begin with ids of the model's vocabulary";
  throw heedError("ERR_USAGE", { where: "prompt", cause, remedy });
}

/** Indices of items in groups of one length. */
function byLength(lengths: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  for (const [i, length] of lengths.entries()) groups.set(length, [...(groups.get(length) ?? []), i]);
  return [...groups.values()];
}
