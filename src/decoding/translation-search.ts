import { type BeamOptions, beamSearch } from "./beam.ts";
import { constrained } from "./constraints.ts";
import type { DecodingPlan, PlannedDecoding } from "./decoding-plan.ts";
import { openGreedy } from "./greedy.ts";
import type { Hypothesis, ScoreOptions } from "./hypothesis.ts";
import { sampleSearch } from "./sample-search.ts";
import { closeLater } from "./sessions.ts";
import type { OnStep } from "./so-far.ts";
import { openStepper, type Stepper, type StepperOptions } from "./stepper.ts";
import type { TranslatorOptions } from "./translator-options.ts";
import { shows, visiblyBegun } from "./visible.ts";

type Search = (sources: readonly ArrayLike<number>[]) => Promise<Hypothesis[][]>;

/** Translates one batch of sources. */
export interface TranslationSearch {
  readonly search: Search;
  readonly close: () => void;
}

type Shared = Omit<StepperOptions, "candidates">;

/** The search that the options ask for, over sessions that compute no more than it needs. */
export async function openSearch(
  options: TranslatorOptions & Pick<SearchOptions, "isWanted">,
  plan: DecodingPlan,
): Promise<TranslationSearch> {
  const shared = sharedBy(options);
  if (isPlainGreedy(options, plan)) return openVisiblyGreedy(shared, plan, scoringOf(options, plan));
  const search = searchOver(options, plan);
  const stepper = await openStepper({ ...shared, ...search.stepper });
  return { search: search.over(stepper), close: stepper.close };
}

/** What the sessions of a translator's searches have in common. */
export function sharedBy(options: TranslatorOptions): Shared {
  const { engine, model, weights, source, quantize, shortlist } = options;
  const session = options.session ? { session: options.session } : {};
  return {
    engine,
    model,
    quantize,
    shortlist,
    padding: source.special.pad,
    constants: weights,
    ...session,
  };
}

/** A search, whoever opens its stepper. */
export interface SearchOver {
  /** What its stepper is opened with; more candidates do no harm. */
  readonly stepper: Pick<StepperOptions, "candidates" | "isOrdered">;
  readonly over: (stepper: Stepper) => Search;
}

/** How to search, who is told of each step, and for how long. */
export type SearchOptions = PlannedDecoding & {
  readonly onStep?: OnStep | undefined;
  /** As in `BeamOptions`. */
  readonly isWanted?: BeamOptions["isWanted"];
};

/** The search that the options ask for. */
export function searchOver(options: SearchOptions, plan: DecodingPlan): SearchOver {
  const { best = 1, coveragePenalty = 0, lookahead, sample, target } = options;
  const { constraints, unseen } = plan;
  const scoring = scoringOf(options, plan);
  const textOf = best > 1 ? (ids: readonly number[]): string => target.decode(ids) : undefined;
  if (sample) {
    const drawing = { ...scoring, best, textOf, ...sample };
    return {
      stepper: { candidates: "all" },
      over: (stepper) => (sources) =>
        sampleSearch(constrained(stepper, constraints, "all"), sources, drawing),
    };
  }
  if (isPlainGreedy(options, plan)) {
    const greedy = { ...scoring, beam: 1 };
    return {
      stepper: { candidates: 1 + unseen.further.size, isOrdered: false },
      over: (stepper) => async (sources) =>
        againWhereBlank(await beamSearch(stepper, sources, greedy), sources, plan, (blank, places) =>
          beamSearch(visiblyBegun(stepper, unseen, 1), blank, { ...greedy, ...toldOf(places, greedy) }),
        ),
    };
  }
  const width = widthOf(options);
  const candidates = width === 1 ? 1 : 2 * width;
  // The coverage penalty re-ranks all hypotheses found.
  const searching = { ...scoring, beam: width, lookahead, best: coveragePenalty > 0 ? width : best, textOf };
  if (constraints.length > 0)
    return {
      stepper: { candidates: "all" },
      over: (stepper) => (sources) =>
        beamSearch(constrained(stepper, constraints, candidates), sources, searching),
    };
  return {
    stepper: { candidates, isOrdered: true },
    over: (stepper) => (sources) => beamSearch(visiblyBegun(stepper, unseen, candidates), sources, searching),
  };
}

const widthOf = ({ beam = 4, best = 1 }: PlannedDecoding): number => Math.max(beam, best);

const isPlainGreedy = (options: PlannedDecoding, { constraints }: DecodingPlan): boolean =>
  !options.sample && widthOf(options) === 1 && constraints.length === 0;

function scoringOf(
  { alpha = 0.6, lengthPenalty = "gnmt", target, onStep, isWanted }: SearchOptions,
  { limit: maxLength }: DecodingPlan,
): Omit<ScoreOptions, "best"> & Pick<SearchOptions, "onStep" | "isWanted"> {
  const { bos: start, eos: end } = target.special;
  return { alpha, lengthPenalty, maxLength, onStep, isWanted, start, end };
}

/** Greedy search that stays in the runtime; the rare texts that come out blank are searched again. */
async function openVisiblyGreedy(
  shared: Shared,
  plan: DecodingPlan,
  scoring: Omit<ScoreOptions, "best">,
): Promise<TranslationSearch> {
  const greedy = await openGreedy({ ...shared, end: scoring.end });
  let retrying: Promise<Stepper> | undefined;
  return {
    search: async (sources) =>
      againWhereBlank(await greedy.search(sources, scoring), sources, plan, async (blank) => {
        retrying ??= openStepper({ ...shared, candidates: 1, isOrdered: true });
        return beamSearch(visiblyBegun(await retrying, plan.unseen, 1), blank, { ...scoring, beam: 1 });
      }),
    close: () => {
      greedy.close();
      closeLater(retrying);
    },
  };
}

/** What a search over some sentences of a batch tells and asks of them, by their places in the batch. */
const toldOf = (
  places: readonly number[],
  { onStep, isWanted }: Pick<SearchOptions, "onStep" | "isWanted">,
): Pick<SearchOptions, "onStep" | "isWanted"> => ({
  onStep: onStep && ((soFar) => onStep({ ...soFar, sentence: places[soFar.sentence] ?? 0 })),
  isWanted: isWanted && ((sentence) => isWanted(places[sentence] ?? 0)),
});

/** Replaces blank results by those of a search whose texts begin visibly. */
async function againWhereBlank(
  results: Hypothesis[][],
  sources: readonly ArrayLike<number>[],
  { unseen }: DecodingPlan,
  search: (sources: readonly ArrayLike<number>[], places: readonly number[]) => Promise<Hypothesis[][]>,
): Promise<Hypothesis[][]> {
  const blank = [...results.keys()].filter((i) => !shows(results[i]?.[0]?.ids ?? [], unseen));
  if (blank.length === 0) return results;
  const visible = await search(
    blank.map((i) => sources[i] as ArrayLike<number>),
    blank,
  );
  for (const [n, i] of blank.entries()) results[i] = visible[n] ?? [];
  return results;
}
