import { beginWith, constrained } from "../../decoding/constraints.ts";
import { drawText, searchTexts } from "../../decoding/generator.ts";
import { finish, type Hypothesis } from "../../decoding/hypothesis.ts";
import type { OnStep } from "../../decoding/so-far.ts";
import { asEnsemble, readGraph, stepGraph } from "../../decoding/step-graphs.ts";
import type { Stepper } from "../../decoding/stepper.ts";
import { openTextStepper } from "../../decoding/text-stepper.ts";
import { textWriter } from "../../decoding/text-writer.ts";
import { heedError } from "../../errors.ts";
import type { Inspected } from "../looking/subject.ts";
import { tapsWhile, type Writer, type WriterOptions, type WritingSettings } from "./writer.ts";

/** Tokens written unless it is said how many. */
const TOKENS = 20;

/** A language model: it reads the prompt at once and then one token a step, so rows count from the prompt's beginning. */
export function languageModelWriter(
  { model, tokenizer }: Extract<Inspected, { task: "generate" }>,
  { maxLength, ...runtime }: WriterOptions,
): Writer {
  const models = asEnsemble(model);
  return {
    tokenizer,
    taps: {
      read: tapsWhile((observed) => readGraph(models, 1, observed)),
      step: tapsWhile((observed) => stepGraph(models, 1, { isOrdered: false, observed })),
    },
    steps: "time",
    open: ({ candidates }, observed) =>
      openTextStepper({ ...runtime, model, candidates, context: maxLength, observed }),
    prepare: (prompt, settings, prefix) => {
      refuseForLanguageModels(settings);
      const { prompt: ids } = textWriter(tokenizer, prompt);
      const { maxDecodingLength: tokens = Math.max(TOKENS, prefix.length) } = settings;
      checkLength(ids.length, tokens, prefix.length, maxLength);
      return {
        ids,
        first: ids.length - 1,
        last: maxLength - 1,
        lengths: new Map([
          ["texts", 1],
          ["time", ids.length],
        ]),
        sourceTokens: ids.map((id) => tokenizer.token(id)),
        stepper: { candidates: "all" },
        search: (stepper, onStep) =>
          continued(constrained(stepper, [beginWith(prefix)], "all"), ids, tokens, settings, onStep),
        textOf: (written) => {
          const writer = textWriter(tokenizer, prompt);
          return written.map((id) => writer.push(id)).join("") + writer.end();
        },
      };
    },
  };
}

async function continued(
  stepper: Stepper,
  prompt: readonly number[],
  tokens: number,
  { sample, noRepeatNgram = 0, repetitionPenalty = 1, beam = 1, best = 1 }: WritingSettings,
  onStep: OnStep | undefined,
): Promise<readonly Hypothesis[]> {
  const constraints = { noRepeatNgram, repetitionPenalty };
  if (!sample) {
    const [found = []] = await searchTexts(stepper, [prompt], { tokens, beam, best, onStep, ...constraints });
    return found;
  }
  const texts: Hypothesis[] = [];
  for await (const { text, path } of drawText(stepper, prompt, { tokens, ...sample, ...constraints })) {
    if (text) texts.push(text);
    if (onStep) await onStep({ sentence: 0, best: finish(path, {}), settled: path.length });
  }
  return texts;
}

function refuseForLanguageModels({ alpha, lengthPenalty, bias, minDecodingLength }: WritingSettings): void {
  const settings = { alpha, lengthPenalty, bias, minDecodingLength };
  const given = Object.entries(settings).find(([, value]) => value !== undefined);
  if (!given) return;
  const cause = "has no effect on a language model, whose texts are all of one length";
  throw heedError("ERR_USAGE", { where: given[0], cause, remedy: "leave it out" });
}

/** The last token is written and not read. */
function checkLength(prompt: number, tokens: number, prefix: number, context: number): void {
  const cause =
    prefix > tokens
      ? `the prefix has ${prefix} tokens, and ${tokens} are written`
      : prompt + tokens - 1 > context &&
        `the prompt has ${prompt} tokens and ${tokens} follow; the model looks back on ${context}`;
  if (cause) throw heedError("ERR_USAGE", { where: "maxDecodingLength", cause });
}
