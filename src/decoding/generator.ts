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
import { type Drawn, drawTexts } from "./sample-search.ts";
import type { SamplingOptions } from "./sampling.ts";
import type { OnStep } from "./so-far.ts";
import type { Stepper } from "./stepper.ts";
import { openTextStepper } from "./text-stepper.ts";

export interface GeneratorOptions {
  readonly engine: Engine;
  readonly model: Layer<Decoder>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  /**
   * How many tokens the model looks back on: as many as in training. When that many have been read, the later half is
   * read again and the rest forgotten.
   */
  readonly context: number;
  readonly session?: SessionOptions;
}

/** Constraints on what follows the prompt, whose own tokens do not count. */
export type WritingOptions = Pick<DecodingOptions, "noRepeatNgram" | "repetitionPenalty">;

export interface GenerateOptions extends SamplingOptions, WritingOptions {
  /** Same seed, same text. Default 42. */
  readonly seed?: number;
}

export interface ContinueOptions extends WritingOptions, Pick<DecodingOptions, "beam" | "best"> {
  /** Number of tokens to write. */
  readonly tokens: number;
  /** Aborting it ends the search with what was found so far. */
  readonly signal?: AbortSignal;
}

/**
 * Continues texts. They never end by themselves: to a language model </s> is the end of a line, and a line may be empty.
 * So, unlike in a translation, </s> is never forbidden.
 */
export interface Generator {
  /**
   * Draws token by token until the caller stops reading.
   *
   * @param prompt  Ids of the text so far; at least one.
   * @throws ERR_USAGE for a prompt that is empty or has ids outside the vocabulary, and as `nextTokens` does.
   */
  readonly generate: (prompt: readonly number[], options?: GenerateOptions) => AsyncGenerator<number>;
  /**
   * Searches for the most likely continuations with a beam; prompts of equal length are searched together. The score is
   * the log probability of the continuation.
   *
   * @returns for each prompt, in order, `best` hypotheses of `tokens` tokens each, best first.
   */
  readonly search: (
    prompts: readonly (readonly number[])[],
    options: ContinueOptions,
  ) => Promise<Hypothesis[][]>;
  readonly close: () => void;
}

/** Not a token: these texts have no start and no end. */
const NEVER = -1;

/** A generator over frozen weights: one session reads the beginning of a text, one takes each step after it. */
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

  async function* generate(prompt: readonly number[], options: GenerateOptions = {}): AsyncGenerator<number> {
    checkPrompt(prompt, vocabulary);
    for await (const { token } of drawText(stepper, prompt, options)) if (token !== undefined) yield token;
  }

  const search: Generator["search"] = async (prompts, options) => {
    for (const prompt of prompts) checkPrompt(prompt, vocabulary);
    const results: Hypothesis[][] = prompts.map(() => []);
    for (const chosen of byLength(prompts.map(({ length }) => Math.min(length, context)))) {
      const texts = chosen.map((i) => prompts[i] ?? []);
      const hypotheses = await searchTexts(stepper, texts, options);
      for (const [n, i] of chosen.entries()) results[i] = hypotheses[n] ?? [];
    }
    return results;
  };
  return { generate, search, close: stepper.close };
}

/**
 * Draws what follows a text, over a stepper of all scores.
 *
 * @param tokens  How many. Default: until the caller stops reading.
 */
export async function* drawText(
  stepper: Stepper,
  prompt: readonly number[],
  { seed = 42, tokens = Infinity, ...options }: GenerateOptions & { readonly tokens?: number } = {},
): AsyncGenerator<Drawn> {
  checkDecodingOptions(options);
  const constraints = repetitionConstraints(options);
  const drawing = constraints.length > 0 ? constrained(stepper, constraints, "all") : stepper;
  const drawOptions = {
    ...options,
    uniform: () => randomStream(seed, "generate"),
    start: NEVER,
    end: NEVER,
    maxLength: () => tokens,
  };
  for await (const [drawn] of drawTexts(drawing, [prompt], [{ sentence: 0, n: 0 }], drawOptions))
    if (drawn) yield drawn;
}

/** Searches for the most likely continuations of texts of equal length, over a stepper of all scores. */
export async function searchTexts(
  stepper: Stepper,
  texts: readonly (readonly number[])[],
  {
    tokens,
    beam = 4,
    best = 1,
    signal,
    onStep,
    ...options
  }: ContinueOptions & {
    readonly onStep?: OnStep | undefined;
  },
): Promise<Hypothesis[][]> {
  checkDecodingOptions({ beam, best, ...options });
  const width = Math.max(beam, best);
  const searching = constrained(stepper, repetitionConstraints(options), width === 1 ? 1 : 2 * width);
  const maxLength = (): number => tokens;
  const beamOptions = { beam: width, best, signal, onStep, alpha: 0, start: NEVER, end: NEVER, maxLength };
  return beamSearch(searching, texts, beamOptions);
}

function checkPrompt(prompt: readonly number[], vocabulary: number): void {
  const unknown = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
  if (unknown === undefined && prompt.length > 0) return;
  const range = `the vocabulary has ids 0 to ${vocabulary - 1}`;
  const cause = unknown === undefined ? "it is empty" : `there is no token ${unknown}: ${range}`;
  const remedy = "give at least one id of the model's vocabulary";
  throw heedError("ERR_USAGE", { where: "prompt", cause, remedy });
}

/** Indices of items, grouped by length. */
function byLength(lengths: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  for (const [i, length] of lengths.entries()) {
    const group = groups.get(length);
    if (group) group.push(i);
    else groups.set(length, [i]);
  }
  return [...groups.values()];
}
