import { heedError } from "../../errors.ts";
import type { Size } from "../../ir/size.ts";
import { matchTaps, type TapPattern } from "../../nn/match-taps.ts";
import { isDerived } from "./derived-taps.ts";
import { effective, type Intervention } from "./intervention.ts";
import type { Look, LookOptions, NamedTensor, Without } from "./look.ts";
import { type Batches, openBatches } from "./look-batch.ts";
import { lookGraph, type PlanOptions, type Wanted } from "./look-plan.ts";
import { lengthsOf, type Read, readPlan } from "./look-read.ts";
import { peakBytes, returnedBytes } from "./memory.ts";
import { openPlans } from "./plans.ts";
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
  /** The sizes of a tap's axes, as `tapAxes` names them; of a path in `paths`. */
  shapeOf(path: string): readonly Size[];
  /**
   * Looks into the model as it reads one example.
   *
   * @throws ERR_GRAPH for a pattern that matches no tap, naming similar ones; ERR_USAGE for an intervention that does not
   *   fit, ERR_DATA for an example without anything to read.
   */
  run(example: Example | EncodedExample, options?: LookOptions): Promise<Look>;
  /**
   * The most memory that a look takes beside the weights of the model, in bytes: the values of its graph, and the numbers that
   * it returns.
   */
  bytesFor(example: Example | EncodedExample, options?: LookOptions): number;
  /** An example as the ids that `run` takes as well: to change them. */
  encode(example: Example): EncodedExample;
  /** Many variants of one example at once, for measures such as `evidence`. */
  readonly batches: Batches;
  close(): void;
}

/** The runtime's arena grows in powers of two: it takes up to twice what is in it. */
const ARENA = 2;

/**
 * Opens a model to look into it: any tap, changed or not, and the gradient of an output with respect to it. Only what is
 * asked for is computed. A session is opened for each set of paths; other examples, numbers and outputs are other feeds.
 * Sessions of the sets asked for last are kept.
 */
export async function openInspector(options: InspectorOptions): Promise<Inspector> {
  const subject = subjectOf(options.of, options.maxLength);
  const { taps: all } = subject.graph({});
  const paths = [...all.keys()];
  const plans = openPlans(options, subject);
  const matching = (patterns: readonly TapPattern[]): string[] => {
    const wanted = new Set(patterns.flatMap((pattern) => matchTaps(all, pattern).map(([path]) => path)));
    return paths.filter((path) => wanted.has(path));
  };
  /** Matching taps that stand in the model's path. */
  const inPath = (pattern: TapPattern): string[] => {
    const matched = matching([pattern]);
    const kept = matched.filter((path) => !isDerived(path));
    if (kept.length > 0) return kept;
    const cause = "follows from other taps and can only be read";
    throw heedError("ERR_USAGE", {
      where: matched[0] as string,
      cause,
      remedy: "change what it follows from",
    });
  };
  /** An example with an output that is expected: of a text without a label, the model's own. */
  const completed = async (example: EncodedExample): Promise<EncodedExample> => {
    if (subject.expected(example).every((id) => id >= 0)) return example;
    const own = await plans.use({ read: [], changed: [], differentiated: [] }, (plan) =>
      readPlan(plan, subject, { ...example, target: example.target.map(() => 0) }, {}, new Map()),
    );
    return { ...example, target: own.likeliest };
  };
  const wantedOf = ({ taps = [], intervene = [], gradients = [] }: LookOptions): Wanted => {
    const changed = [...interventionsByPath(intervene, inPath).keys()];
    return {
      read: [...new Set([...matching(taps), ...changed])],
      changed,
      differentiated: [...new Set(gradients.flatMap(inPath))],
    };
  };
  // A drag of the mouse is many looks that differ in an intervention alone. Weights in training change between looks.
  const unchangedLook = options.state ? (_: unknown, look: () => Promise<Read>) => look() : lastOf<Read>();
  const batches = openBatches(options, options.of, subject, plans, {
    givenBy: (interventions) => interventionsByPath(interventions, inPath),
    shapeOf: (path) => all.get(path)?.shape ?? [],
  });
  return {
    paths,
    batches,
    bytesFor: (example, options = {}) => {
      const wanted = wantedOf(options);
      const { outputs } = lookGraph(subject, wanted);
      const encoded = isEncoded(example) ? example : subject.encode(example);
      const lengths = lengthsOf(subject.feeds(encoded));
      // With interventions, a look is two runs.
      const values = Object.values(outputs);
      const returned = returnedBytes(values, lengths) * (wanted.changed.length > 0 ? 2 : 1);
      return ARENA * peakBytes(values, lengths) + returned;
    },
    shapeOf: (path) => all.get(path)?.shape ?? [],
    encode: (example) => subject.encode(example),
    run: async (example, options = {}) => {
      const { taps = [], intervene = [], output = {} } = options;
      const encoded = await completed(isEncoded(example) ? example : subject.encode(example));
      const byPath = interventionsByPath(intervene, inPath);
      const read = matching(taps);
      const changed = [...byPath.keys()];
      const wanted = wantedOf(options);
      return plans.use(wanted, async (plan) => {
        const look = (isChanged: boolean): Promise<Read> =>
          readPlan(plan, subject, encoded, output, isChanged ? byPath : new Map());
        const asked = ({ taps: all }: Read): Map<string, NamedTensor> =>
          new Map(read.map((path) => [path, all.get(path) as NamedTensor]));
        const after = await look(changed.length > 0);
        const { said, output: value, gradients: found } = after;
        const result = { taps: asked(after), gradients: found, output: value, said };
        if (changed.length === 0) return result;
        const before = await unchangedLook([encoded, output, wanted], () => look(false));
        const without = { taps: asked(before), output: before.output, said: before.said };
        const changing = effectiveOf(byPath, after, before);
        const unchanged = intervene.filter((one) => !changing.has(one));
        return { ...result, without: { ...without, ...risesOf(after, before), unchanged } };
      });
    },
    close: plans.close,
  };
}

/** Answers what was asked last from memory. */
function lastOf<T>(): (asked: readonly unknown[], answer: () => Promise<T>) => Promise<T> {
  let last: { readonly key: string; readonly answer: Promise<T> } | undefined;
  return (asked, answer) => {
    const key = JSON.stringify(asked);
    if (last?.key === key) return last.answer;
    const mine = { key, answer: answer() };
    last = mine;
    mine.answer.catch(() => {
      if (last === mine) last = undefined;
    });
    return mine.answer;
  };
}

const isEncoded = (example: Example | EncodedExample): example is EncodedExample =>
  typeof example.source !== "string";

function interventionsByPath(
  interventions: readonly Intervention[],
  inPath: (pattern: TapPattern) => string[],
): Map<string, Intervention[]> {
  const byPath = new Map<string, Intervention[]>();
  for (const one of interventions)
    for (const path of inPath(one.at)) byPath.set(path, [...(byPath.get(path) ?? []), one]);
  return byPath;
}

/** How ln p of what is expected rises from one look to the other. */
function risesOf({ said: after }: Read, { said: before }: Read): Pick<Without, "delta" | "deltas"> {
  const deltas = after.logProbabilities.map((value, i) => value - (before.logProbabilities[i] as number));
  return { deltas, delta: deltas.reduce((sum, value) => sum + value, 0) };
}

/** The interventions that changed a number of some tap. */
function effectiveOf(
  byPath: ReadonlyMap<string, readonly Intervention[]>,
  after: Read,
  before: Read,
): Set<Intervention> {
  const found = [...byPath].flatMap(([path, interventions]) => {
    const { axes, data } = before.taps.get(path) as NamedTensor;
    const sizes = axes.map(({ size }) => size);
    return [...effective(path, sizes, interventions, after.arrived.get(path) ?? data)];
  });
  return new Set(found);
}
