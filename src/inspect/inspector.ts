import { matchTaps, type TapPattern } from "../nn/match-taps.ts";
import type { Intervention } from "./intervention.ts";
import type { Look, LookOptions, NamedTensor } from "./look.ts";
import { type Batches, openBatches } from "./look-batch.ts";
import { openPlan, type Plan, type PlanOptions } from "./look-plan.ts";
import { type Read, readPlan } from "./look-read.ts";
import { type EncodedExample, type Example, type Inspected, subjectOf } from "./subject.ts";

export interface InspectorOptions extends PlanOptions {
  /** The model with its tokenizers; a run that was opened is one. */
  readonly of: Inspected;
  /** The longest text that the model reads, in tokens; longer ones are cut. Default: none are. */
  readonly maxLength?: number;
}

export interface Inspector {
  /** The paths of all taps. */
  readonly paths: readonly string[];
  /**
   * Looks into the model as it reads one example.
   *
   * @throws ERR_GRAPH for a pattern that matches no tap, naming similar ones; ERR_USAGE for an intervention that does not
   *   fit, ERR_DATA for an example without anything to read.
   */
  run(example: Example | EncodedExample, options?: LookOptions): Promise<Look>;
  /** An example as the ids that `run` takes as well: to change them. */
  encode(example: Example): EncodedExample;
  /** Many variants of one example at once, for measures such as `evidence`. */
  readonly batches: Batches;
  close(): void;
}

/**
 * Opens a model to look into it: any tap, changed or not, and the gradient of an output with respect to it. Only what is
 * asked for is computed. A session is opened for each set of paths; other examples, numbers and outputs are other feeds.
 */
export async function openInspector(options: InspectorOptions): Promise<Inspector> {
  const subject = subjectOf(options.of, options.maxLength);
  const { model: plain } = subject.graph({});
  const paths = [...plain.taps.keys()];
  const matching = (patterns: readonly TapPattern[]): string[] => {
    const wanted = new Set(
      patterns.flatMap((pattern) => matchTaps(plain.taps, pattern).map(([path]) => path)),
    );
    return paths.filter((path) => wanted.has(path));
  };
  const plans = new Map<string, Promise<Plan>>();
  const planOf = (
    taps: readonly string[],
    changed: readonly string[],
    derived: readonly string[],
  ): Promise<Plan> => {
    const key = JSON.stringify([taps, changed, derived]);
    const known = plans.get(key) ?? openPlan(options, subject, { taps, changed, derived });
    plans.set(key, known);
    return known;
  };
  const batches = openBatches(options, options.of, subject);
  return {
    paths,
    batches,
    encode: (example) => subject.encode(example),
    run: async (example, { taps = [], intervene = [], gradients: wanted = [], output = {} } = {}) => {
      const encoded = isEncoded(example) ? example : subject.encode(example);
      const byPath = interventionsByPath(intervene, (pattern) => matching([pattern]));
      const changed = [...byPath.keys()];
      const plan = await planOf([...new Set([...matching(taps), ...changed])], changed, matching(wanted));
      const look = (isChanged: boolean): Promise<Read> =>
        readPlan(plan, subject, encoded, output, isChanged ? byPath : new Map());
      const after = await look(true);
      const asked = new Set(matching(taps));
      const result = {
        taps: new Map([...after.taps].filter(([path]) => asked.has(path))),
        gradients: after.gradients,
        output: after.output,
        said: after.said,
      };
      if (changed.length === 0) return result;
      const before = await look(false);
      const unchanged = changed.filter((path) => isEqual(after.taps.get(path), before.taps.get(path)));
      return { ...result, without: { said: before.said, unchanged } };
    },
    close: () => {
      batches.close();
      for (const plan of plans.values())
        plan.then(
          ({ program }) => program.close(),
          () => undefined,
        );
    },
  };
}

const isEncoded = (example: Example | EncodedExample): example is EncodedExample =>
  typeof example.source !== "string";

function interventionsByPath(
  interventions: readonly Intervention[],
  matching: (pattern: TapPattern) => string[],
): Map<string, Intervention[]> {
  const byPath = new Map<string, Intervention[]>();
  for (const one of interventions)
    for (const path of matching(one.at)) byPath.set(path, [...(byPath.get(path) ?? []), one]);
  return byPath;
}

const isEqual = (a: NamedTensor | undefined, b: NamedTensor | undefined): boolean =>
  a !== undefined && b !== undefined && a.data.every((value, i) => Object.is(value, b.data[i]));
