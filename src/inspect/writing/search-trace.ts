/** What a search saw at every step: the tree of its hypotheses. */
import { likeliest } from "../../decoding/constraints.ts";
import type { Candidates, Stepper } from "../../decoding/stepper.ts";

/** A token that may come next, with the natural logarithm of its probability as the model gives it. */
export interface NextCandidate {
  readonly id: number;
  readonly token: string;
  readonly logProbability: number;
}

/** A hypothesis that is kept at a step. */
export interface TracedHypothesis {
  /** The hypothesis that it continues, by its index in the step before; undefined at the first step. */
  readonly parent: number | undefined;
  /** What it continues it with; undefined at the first step, where nothing is written. */
  readonly written: NextCandidate | undefined;
  /** Of all that it has written, as the model gives it. */
  readonly logProbability: number;
  /** The likeliest next tokens, best first, whatever constraints say. */
  readonly next: readonly NextCandidate[];
}

/** One step of a search. */
export interface TracedStep {
  /** The row of the taps that are computed: in a translation, the tokens written before. */
  readonly row: number;
  readonly hypotheses: readonly TracedHypothesis[];
}

export interface TraceOptions {
  /** Most tokens listed after a hypothesis. */
  readonly listed: number;
  /** The row of the first step. */
  readonly first: number;
  readonly nameOf: (id: number) => string;
}

/** A stepper that remembers the steps of the last search over it. */
export function traced(
  stepper: Stepper,
  { listed, first, nameOf }: TraceOptions,
): { readonly stepper: Stepper; readonly steps: () => readonly TracedStep[] } {
  let steps: TracedStep[] = [];
  const candidate = (id: number, logProbability: number): NextCandidate => ({
    id,
    token: nameOf(id),
    logProbability,
  });
  const start: Stepper["start"] = async (sources, watch) => {
    const decoding = await stepper.start(sources, watch);
    const own: TracedStep[] = [];
    steps = own;
    let answers: Candidates | undefined;
    const continued = (parent: number, id: number): Pick<TracedHypothesis, "parent" | "written"> => {
      if (!answers) return { parent: undefined, written: undefined };
      return { parent, written: candidate(id, logProbabilityOf(answers, parent, id)) };
    };
    return {
      step: async (from, sentence, tokens, extra) => {
        const found = await decoding.step(from, sentence, tokens, extra);
        const before = own.at(-1)?.hypotheses;
        const hypotheses = Array.from(from, (row, i): TracedHypothesis => {
          const { parent, written } = continued(row, tokens[i] as number);
          const logProbability =
            parent === undefined
              ? 0
              : (before?.[parent]?.logProbability ?? 0) + (written?.logProbability ?? 0);
          const next = likeliestOf(found, i, listed).map(([id, p]) => candidate(id, p));
          return { parent, written, logProbability, next };
        });
        own.push({ row: first + own.length, hypotheses });
        // Constraints write over the scores.
        answers = { ...found, logProbabilities: found.logProbabilities.slice() };
        return found;
      },
      end: () => decoding.end(),
    };
  };
  return { stepper: { ...stepper, start }, steps: () => steps };
}

function logProbabilityOf({ each, tokens, logProbabilities }: Candidates, row: number, id: number): number {
  const place = tokens ? tokens.subarray(row * each, (row + 1) * each).indexOf(id) : id;
  return place < 0 ? -Infinity : (logProbabilities[row * each + place] as number);
}

function likeliestOf(
  { each, tokens, logProbabilities }: Candidates,
  row: number,
  most: number,
): (readonly [id: number, logProbability: number])[] {
  const own = logProbabilities.subarray(row * each, (row + 1) * each);
  const best = tokens
    ? { tokens: tokens.subarray(row * each, (row + 1) * each), logProbabilities: own }
    : likeliest(own, 1, Math.min(most, each));
  const listed = Array.from(best.tokens.subarray(0, most));
  return listed.map((id, i) => [id, best.logProbabilities[i] as number]);
}
