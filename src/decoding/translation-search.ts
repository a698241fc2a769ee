import { beamSearch } from "./beam.ts";
import { constrained } from "./constraints.ts";
import type { DecodingPlan } from "./decoding-plan.ts";
import { openGreedy } from "./greedy.ts";
import type { Hypothesis, ScoreOptions } from "./hypothesis.ts";
import { sampleSearch } from "./sample-search.ts";
import { closeLater } from "./sessions.ts";
import { openStepper, type Stepper, type StepperOptions } from "./stepper.ts";
import type { TranslatorOptions } from "./translator-options.ts";
import { shows, visiblyBegun } from "./visible.ts";

/** Translates one batch of sources. */
export interface TranslationSearch {
  readonly search: (sources: readonly ArrayLike<number>[]) => Promise<Hypothesis[][]>;
  readonly close: () => void;
}

type Shared = Omit<StepperOptions, "candidates">;

/** The search that the options ask for, over sessions that compute no more than it needs. */
export async function openSearch(options: TranslatorOptions, plan: DecodingPlan): Promise<TranslationSearch> {
  const { engine, model, weights, source, target, quantize, sample } = options;
  const { beam = 4, best = 1, alpha = 0.6, lengthPenalty = "gnmt", coveragePenalty = 0 } = options;
  const { bos: start, eos: end } = target.special;
  const session = options.session ? { session: options.session } : {};
  const shared = { engine, model, quantize, padding: source.special.pad, constants: weights, ...session };
  const scoring = { alpha, lengthPenalty, maxLength: plan.limit, start, end };
  const textOf = best > 1 ? (ids: readonly number[]): string => target.decode(ids) : undefined;
  if (sample) {
    const stepper = await openConstrained(shared, plan, "all");
    const drawing = { ...scoring, best, textOf, ...sample };
    return { search: (sources) => sampleSearch(stepper, sources, drawing), close: stepper.close };
  }
  const width = Math.max(beam, best);
  if (width === 1 && plan.constraints.length === 0) return openVisiblyGreedy(shared, plan, scoring);
  const candidates = width === 1 ? 1 : 2 * width;
  const open = plan.constraints.length > 0 ? openConstrained : openVisible;
  const stepper = await open(shared, plan, candidates);
  // The coverage penalty re-ranks all hypotheses found.
  const searching = { ...scoring, beam: width, best: coveragePenalty > 0 ? width : best, textOf };
  return { search: (sources) => beamSearch(stepper, sources, searching), close: stepper.close };
}

const openConstrained = async (
  shared: Shared,
  { constraints }: DecodingPlan,
  candidates: number | "all",
): Promise<Stepper> =>
  constrained(await openStepper({ ...shared, candidates: "all" }), constraints, candidates);

/** A stepper without constraints: for texts to begin visibly, a few extra candidates suffice. */
const openVisible = async (shared: Shared, { unseen }: DecodingPlan, candidates: number): Promise<Stepper> =>
  visiblyBegun(
    await openStepper({ ...shared, candidates: candidates + unseen.further.size }),
    unseen,
    candidates,
  );

/** Greedy search that stays in the runtime; the rare texts that come out blank are searched again. */
async function openVisiblyGreedy(
  shared: Shared,
  plan: DecodingPlan,
  scoring: Omit<ScoreOptions, "best">,
): Promise<TranslationSearch> {
  const greedy = await openGreedy({ ...shared, end: scoring.end });
  let retrying: Promise<Stepper> | undefined;
  return {
    search: async (sources) => {
      const results = await greedy.search(sources, scoring);
      const blank = [...results.keys()].filter((i) => !shows(results[i]?.[0]?.ids ?? [], plan.unseen));
      if (blank.length === 0) return results;
      retrying ??= openVisible(shared, plan, 1);
      const texts = blank.map((i) => sources[i] as ArrayLike<number>);
      const visible = await beamSearch(await retrying, texts, { ...scoring, beam: 1 });
      for (const [n, i] of blank.entries()) results[i] = visible[n] ?? [];
      return results;
    },
    close: () => {
      greedy.close();
      closeLater(retrying);
    },
  };
}
