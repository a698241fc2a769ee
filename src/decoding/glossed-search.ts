/** Translates again, from a given beginning, what lacks terms of a glossary. */
import { HeedError } from "../errors.ts";
import { type DecodingPlan, planDecoding } from "./decoding-plan.ts";
import { type TermAttempt, termFinder, termsNotIn, withTerms } from "./glossary.ts";
import type { GlossaryTerm } from "./glossary-term.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { searchInBatches } from "./in-batches.ts";
import { joinedPlan } from "./joined-plan.ts";
import { hasAttention } from "./scorer.ts";
import { closeLater } from "./sessions.ts";
import { openStepper, type Stepper } from "./stepper.ts";
import type { ReadSource, Translation } from "./translated-text.ts";
import { searchOver, sharedBy } from "./translation-search.ts";
import type { TranslatorOptions } from "./translator-options.ts";

/** Hypotheses as translations. @param attention  Whether with attention. */
export type Describe = (
  read: readonly ReadSource[],
  hypotheses: readonly (readonly Hypothesis[])[],
  attention: boolean,
) => Promise<Translation[]>;

export interface GlossedSearch {
  /** The translations, made again where a term is missing. @param found  Of each sentence, without a glossary. */
  readonly gloss: (
    read: readonly ReadSource[],
    found: readonly (readonly Hypothesis[])[],
  ) => Promise<Translation[]>;
  readonly close: () => void;
}

/** Opens nothing yet: the session with all scores is opened when a term is first missing. */
export function glossedSearch(
  { glossary, ...options }: TranslatorOptions & { readonly glossary: readonly GlossaryTerm[] },
  describe: Describe,
): GlossedSearch {
  const termsIn = termFinder(glossary);
  const isAttentive = hasAttention(options.model);
  let opening: Promise<Stepper> | undefined;

  /** What is planned for a beginning; undefined when the model cannot write it. */
  const planFrom = (prefix: string): DecodingPlan | undefined => {
    try {
      return planDecoding({ ...options, prefix });
    } catch (error) {
      if (error instanceof HeedError && error.code === "ERR_USAGE") return undefined;
      throw error;
    }
  };
  const again = async (
    read: readonly ReadSource[],
    attempts: readonly TermAttempt[],
  ): Promise<(Translation | undefined)[]> => {
    const planned = attempts.flatMap(({ sentence, prefix }, attempt) => {
      const [source, plan] = [read[sentence], planFrom(prefix)];
      return source && plan ? [{ attempt, source, plan }] : [];
    });
    opening ??= openStepper({ ...sharedBy(options), candidates: "all" });
    const stepper = await opening;
    const sources = planned.map(({ source }) => source);
    const found = await searchInBatches(
      sources.map(({ ids }) => ids),
      (batch, chosen) => {
        const plan = joinedPlan(chosen.map((i) => (planned[i] as (typeof planned)[number]).plan));
        return searchOver(options, plan).over(stepper)(batch);
      },
      options,
    );
    const described = await describe(sources, found, isAttentive);
    const results: (Translation | undefined)[] = attempts.map(() => undefined);
    for (const [n, { attempt }] of planned.entries()) results[attempt] = described[n];
    return results;
  };

  return {
    gloss: async (read, found) => {
      const results = await describe(read, found, options.attention ?? false);
      const terms = read.map(({ text }) => termsIn(text));
      const lacking = [...results.keys()].filter((i) => {
        const text = results[i]?.hypotheses[0]?.text ?? "";
        return termsNotIn(text, terms[i] ?? []).length > 0;
      });
      if (lacking.length === 0) return results;
      const own = lacking.map((i) => read[i] as ReadSource);
      const first = await describe(
        own,
        lacking.map((i) => found[i] ?? []),
        isAttentive,
      );
      const glossed = await withTerms(
        first,
        lacking.map((i) => terms[i] ?? []),
        (attempts) => again(own, attempts),
      );
      for (const [n, i] of lacking.entries())
        results[i] = options.attention ? (glossed[n] as Translation) : plain(glossed[n] as Translation);
      return results;
    },
    close: () => closeLater(opening),
  };
}

/** Without the attention that only the glossary needed. */
const plain = ({ hypotheses, ...rest }: Translation): Translation => ({
  ...rest,
  hypotheses: hypotheses.map(({ attention: _, attentionTokens: __, ...each }) => each),
});
