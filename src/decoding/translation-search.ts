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

/** Finds translations of one batch of sources. */
export interface TranslationSearch {
  readonly search: (sources: readonly ArrayLike<number>[]) => Promise<Hypothesis[][]>;
  readonly close: () => void;
}

type Shared = Omit<StepperOptions, "candidates">;

/** The search that the options ask for, over sessions that give no more than it reads. */
export async function openSearch(options: TranslatorOptions, plan: DecodingPlan): Promise<TranslationSearch> {
  const { engine, model, weights, source, target, quantize, sample } = options;
  const { beam = 4, best = 1, alpha = 0.6, lengthPenalty = "gnmt", coveragePenalty = 0 } = options;
  const { bos: start, eos: end } = target.special;
  const session = options.session ? { session: options.session } : {};
  const shared = { engine, model, quantize, padding: source.special.pad, constants: weights, ...session };
  const how = { alpha, lengthPenalty, maxLength: plan.limit, start, end };
  const textOf = best > 1 ? (ids: readonly number[]): string => target.decode(ids) : undefined;
  if (sample) {
    const stepper = await openConstrained(shared, plan, "all");
    const drawing = { ...how, best, textOf, ...sample };
    return { search: (sources) => sampleSearch(stepper, sources, drawing), close: stepper.close };
  }
  const width = Math.max(beam, best);
  if (width === 1 && plan.constraints.length === 0) return openVisiblyGreedy(shared, plan, how);
  const wanted = width === 1 ? 1 : 2 * width;
  const stepper = await (plan.constraints.length > 0 ? openConstrained : openVisible)(shared, plan, wanted);
  // What is ranked anew afterwards is all that was found.
  const searching = { ...how, beam: width, best: coveragePenalty > 0 ? width : best, textOf };
  return { search: (sources) => beamSearch(stepper, sources, searching), close: stepper.close };
}

const openConstrained = async (
  shared: Shared,
  { constraints }: DecodingPlan,
  candidates: number | "all",
): Promise<Stepper> =>
  constrained(await openStepper({ ...shared, candidates: "all" }), constraints, candidates);

/** A stepper without constraints: that texts begin visibly needs a few candidates more, not all. */
const openVisible = async (shared: Shared, { unseen }: DecodingPlan, candidates: number): Promise<Stepper> =>
  visiblyBegun(
    await openStepper({ ...shared, candidates: candidates + unseen.further.size }),
    unseen,
    candidates,
  );

/** Greedy search that stays in the runtime; texts that would be blank are searched again, which hardly any is. */
async function openVisiblyGreedy(
  shared: Shared,
  plan: DecodingPlan,
  how: Omit<ScoreOptions, "best">,
): Promise<TranslationSearch> {
  const greedy = await openGreedy({ ...shared, end: how.end });
  let again: Promise<Stepper> | undefined;
  return {
    search: async (sources) => {
      const found = await greedy.search(sources, how);
      const blank = [...found.keys()].filter((i) => !shows(found[i]?.[0]?.ids ?? [], plan.unseen));
      if (blank.length === 0) return found;
      again ??= openVisible(shared, plan, 1);
      const texts = blank.map((i) => sources[i] as ArrayLike<number>);
      const visible = await beamSearch(await again, texts, { ...how, beam: 1 });
      for (const [n, i] of blank.entries()) found[i] = visible[n] ?? [];
      return found;
    },
    close: () => {
      greedy.close();
      closeLater(again);
    },
  };
}
