import { planDecoding } from "../../decoding/decoding-plan.ts";
import { asEnsemble, encodeGraph, stepGraph } from "../../decoding/step-graphs.ts";
import { openStepper } from "../../decoding/stepper.ts";
import { cutTo } from "../../decoding/translated-text.ts";
import { searchOver } from "../../decoding/translation-search.ts";
import { heedError } from "../../errors.ts";
import { isBlank } from "../../text/blank.ts";
import type { Inspected } from "../looking/subject.ts";
import { tapsWhile, type Writer, type WriterOptions } from "./writer.ts";

/** A translator: it reads the source with one graph and writes with another, whose rows are the tokens written. */
export function translatorWriter(
  { model, tokenizers: { source, target } }: Extract<Inspected, { task: "translate" }>,
  { maxLength, ...runtime }: WriterOptions,
): Writer {
  const padding = source.special.pad;
  const models = asEnsemble(model);
  return {
    tokenizer: target,
    taps: {
      read: tapsWhile((observed) => encodeGraph(models, padding, { observed })),
      step: tapsWhile((observed) => stepGraph(models, 2, { isOrdered: true, observed })),
    },
    steps: "source",
    open: (stepper, observed) => openStepper({ ...runtime, ...stepper, model, padding, observed }),
    prepare: (text, settings, prefix) => {
      if (isBlank(text))
        throw heedError("ERR_DATA", {
          where: "source",
          cause: "it is blank, so there is nothing to translate",
        });
      const ids = cutTo(maxLength, source.encode(text), source);
      const options = { ...settings, model, target, maxLength, prefix };
      const plan = planDecoding(options);
      const { stepper } = searchOver(options, plan);
      return {
        ids,
        first: 0,
        last: maxLength - 1,
        lengths: new Map([
          ["sentences", 1],
          ["source", ids.length],
        ]),
        sourceTokens: ids.map((id) => source.token(id)),
        stepper,
        search: async (opened, onStep) => {
          const [found = []] = await searchOver({ ...options, onStep }, plan).over(opened)([ids]);
          return found;
        },
        textOf: (written) => target.decode(written),
      };
    },
  };
}
