import type { Hypothesis } from "../../decoding/hypothesis.ts";
import { closeLater } from "../../decoding/sessions.ts";
import type { Stepper } from "../../decoding/stepper.ts";
import { type ChangedSearch, type ChangedTap, changedSearch, watchedSearch } from "./changed-search.ts";
import type { Decoded, DecodedText, WrittenSoFar } from "./decoded.ts";
import { traced } from "./search-trace.ts";
import type { PreparedText, Writer } from "./writer.ts";

export interface Intervened extends Decoded {
  /** The interventions that changed no number. */
  readonly unchanged: readonly ChangedTap[];
}

/** Searches of one model under any interventions. */
export interface IntervenedSearch {
  readonly search: (
    text: PreparedText,
    interventions: readonly ChangedTap[],
    followed: Followed,
  ) => Promise<Intervened>;
  readonly close: () => void;
}

/** Who follows a search, and may end it. */
export interface Followed {
  readonly onStep: ((step: Omit<WrittenSoFar, "isWithout">) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal | undefined;
}

interface Opened {
  readonly graphs: ChangedSearch;
  readonly stepper: Stepper;
}

/**
 * Searches with a trace; sessions open for each set of changed taps when it is first searched with.
 *
 * @param listed  Most tokens listed after each hypothesis of the trace.
 */
export function intervenedSearch(writer: Writer, listed: number): IntervenedSearch {
  const paths = [...new Set([...writer.taps.read.keys(), ...writer.taps.step.keys()])];
  const all = new Map<string, Promise<Opened>>();
  const open = async (changed: readonly string[], stepper: PreparedText["stepper"]): Promise<Opened> => {
    const graphs = changedSearch(changed, writer);
    return { graphs, stepper: await writer.open(stepper, graphs.observed) };
  };
  const opened = (
    interventions: readonly ChangedTap[],
    { candidates: least, ...stepper }: PreparedText["stepper"],
  ): Promise<Opened> => {
    const wanted = new Set(interventions.map(({ path }) => path));
    const changed = paths.filter((path) => wanted.has(path));
    const candidates = least === "all" ? least : Math.max(least, listed);
    const key = JSON.stringify([changed, candidates, stepper]);
    const known = all.get(key) ?? open(changed, { candidates, ...stepper });
    all.set(key, known);
    return known;
  };
  return {
    search: async (text, interventions, { onStep, signal }) => {
      const { graphs, stepper } = await opened(interventions, text.stepper);
      const { watch, changed, read } = watchedSearch(graphs, interventions, text);
      const watched = endedBy(signal, { ...stepper, start: (sources) => stepper.start(sources, watch) });
      const nameOf = (id: number): string => writer.tokenizer.token(id);
      const trace = traced(watched, { listed, first: text.first, nameOf });
      const found = await text.search(
        trace.stepper,
        onStep && (({ best, settled }) => onStep({ ...decodedText(best, writer, text), settled })),
      );
      signal?.throwIfAborted();
      const unchanged: ChangedTap[] = [];
      for (const one of interventions) {
        if (changed.has(one)) continue;
        if (await isReadOtherwise({ graphs, stepper }, one, interventions, text, read)) continue;
        unchanged.push(one);
      }
      const hypotheses = found.map((hypothesis) => decodedText(hypothesis, writer, text));
      return { hypotheses, trace: trace.steps(), unchanged };
    },
    close: () => {
      for (const opening of all.values()) closeLater(opening.then(({ stepper }) => stepper));
    },
  };
}

/** A stepper that takes no step once a signal is aborted. */
const endedBy = (signal: AbortSignal | undefined, stepper: Stepper): Stepper => ({
  ...stepper,
  start: async (sources) => {
    const decoding = await stepper.start(sources);
    return {
      ...decoding,
      step: async (...rows) => {
        signal?.throwIfAborted();
        return decoding.step(...rows);
      },
    };
  },
});

/**
 * Whether an intervention changes what is read before the first step: its tap has other numbers without it.
 *
 * @param read  What went on at the taps with all interventions.
 */
async function isReadOtherwise(
  { graphs, stepper }: Opened,
  one: ChangedTap,
  interventions: readonly ChangedTap[],
  text: PreparedText,
  read: ReadonlyMap<string, Float32Array>,
): Promise<boolean> {
  const withIt = read.get(one.path);
  if (!withIt) return false;
  const others = interventions.filter((other) => other !== one);
  const without = watchedSearch(graphs, others, text);
  (await stepper.start([text.ids], without.watch)).end();
  const numbers = without.read.get(one.path);
  return withIt.some((number, place) => !Object.is(number, numbers?.[place]));
}

const decodedText = (
  hypothesis: Hypothesis,
  { tokenizer }: Writer,
  { textOf }: PreparedText,
): DecodedText => ({
  text: textOf(hypothesis.ids),
  tokens: hypothesis.ids.map((id) => tokenizer.token(id)),
  ...hypothesis,
});
