/** What can be asked of the heads of the opened model. */
import { transfer } from "comlink";
import {
  type EncodedExample,
  type Example,
  type HeadSurvey,
  type Inspector,
  type Intervention,
  type NamedTensor,
  type Removable,
  rolesOf,
  surveyHeads,
  without,
} from "heed/inspect";
import { contrastPairs, phrasebook } from "heed/phrasebook";
import { tasks } from "heed/tasks";
import { relativeEntropy } from "../pictures/attention.ts";
import type { Weights } from "../pictures/pixels.ts";
import type { HeadScores } from "./head-scores.ts";
import type { AtStep } from "./looking.ts";
import type { Session } from "./session.ts";

/** One attention: [heads][rows][columns] in `data`. */
export interface ShownHeads {
  readonly place: string;
  readonly heads: number;
  /** What is written at each row; where nothing is, what is read there. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Whether rows are written, rather than read alone. */
  readonly isWritten: boolean;
  /** Whether a row sees only columns up to its own. */
  readonly isCausal: boolean;
  readonly data: Float32Array;
  /** Mean entropy of the rows of each head, of the largest possible: see `relativeEntropy`. */
  readonly entropies: readonly number[];
}

export interface HeadsAsked {
  readonly source: string;
  /** The tokens that are written; none unless the model translates. */
  readonly ids: readonly number[];
  /** A step of training whose weights were kept; -1 is the end of it. */
  readonly step: number;
  readonly intervene: readonly Intervention[];
  readonly off: readonly Removable[];
}

/** What changes did to the probability of one and the same text. */
export interface Judged {
  /** ln p of all that is expected, with and without the changes. */
  readonly before: number;
  readonly after: number;
  /** The likeliest token at each place; the label, of a classifier. */
  readonly likeliest: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Changes that changed no number. */
  readonly unchanged: number;
}

export const headRequests = (atStep: AtStep) => ({
  /** The weights of every head, as an example is read and written. */
  heads: async (asked: HeadsAsked): Promise<readonly ShownHeads[]> => {
    const { look, run } = await atStep(asked.step);
    const changes = [...asked.intervene, ...asked.off.flatMap((part) => without(look, part))];
    const { taps } = await look.run(exampleOf(look, asked), { taps: ["**.weights"], intervene: changes });
    const shown = [...taps.values()].map((tensor) => shownHeads(tensor, run.task));
    return transfer(shown, [...new Set(shown.map(({ data }) => data.buffer))]);
  },

  /** How likely one and the same text is with changes and without. */
  judge: async (asked: HeadsAsked): Promise<Judged> => {
    const { look } = await atStep(asked.step);
    const intervene = [...asked.intervene, ...asked.off.flatMap((part) => without(look, part))];
    const { said, without: plain } = await look.run(exampleOf(look, asked), { intervene });
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
    const before = plain?.said ?? said;
    return {
      before: sum(before.logProbabilities),
      after: sum(said.logProbabilities),
      likeliest: { before: before.likeliest, after: said.likeliest },
      unchanged: plain?.unchanged.length ?? 0,
    };
  },

  /** What each head does, as `heed heads` says: on sentences of the phrasebook, or on the text that is shown. */
  survey: async (
    asked: Pick<HeadsAsked, "source" | "ids" | "step"> & {
      readonly sentences: number;
      /** Pairs of sentences for each feature. */
      readonly contrasts: number;
    },
    onProgress: (done: number, total: number) => void,
  ): Promise<HeadScores> => {
    const { run, engine, look } = await atStep(asked.step);
    const isPhrasebook = run.task === "translate" && "corpus" in run.config.data.train;
    const examples: readonly (Example | EncodedExample)[] = isPhrasebook
      ? phrasebook({ seed: run.config.seed }).test.slice(0, asked.sentences)
      : [await labelled(look, exampleOf(look, asked), run)];
    const survey = await surveyHeads({
      engine,
      of: run,
      weights: run.weights,
      maxLength: tasks[run.task].longest(run.config as never),
      examples,
      contrasts: isPhrasebook && asked.contrasts > 0 ? contrastPairs({ pairs: asked.contrasts }) : [],
      onProgress,
    });
    return scoresOf(survey, isPhrasebook ? "phrasebook" : "text");
  },
});

function exampleOf(look: Inspector, { source, ids }: Pick<HeadsAsked, "source" | "ids">): EncodedExample {
  const encoded = look.encode({ source });
  return ids.length === 0 ? encoded : { source: encoded.source, target: Int32Array.from(ids) };
}

/** A classifier's text with the label that the model gives it. */
async function labelled(
  look: Inspector,
  example: EncodedExample,
  run: Session["run"],
): Promise<EncodedExample> {
  if (run.task !== "classify") return example;
  const { said } = await look.run(example);
  return { ...example, target: Int32Array.of(run.labels.indexOf(said.likeliest[0] as string)) };
}

function shownHeads({ path, axes, data }: NamedTensor, task: Session["run"]["task"]): ShownHeads {
  const [, heads, queries, keys] = axes;
  const place = path.slice(0, -".weights".length);
  const written = queries?.tokens?.writes;
  const isInDecoder = task === "generate" || place.startsWith("decoder.");
  const isCausal = isInDecoder && !place.endsWith("cross");
  const [rows, columns] = [queries?.size ?? 0, keys?.size ?? 0];
  const ofHead = (head: number): Weights => ({
    data: data.subarray(head * rows * columns, (head + 1) * rows * columns),
    rows,
    columns,
  });
  return {
    place,
    heads: heads?.size ?? 1,
    rows: written ?? queries?.tokens?.reads ?? [],
    columns: keys?.tokens?.reads ?? [],
    isWritten: written !== undefined,
    isCausal,
    data,
    // Here and not in the page, which has to stay awake.
    entropies: Array.from({ length: heads?.size ?? 1 }, (_, head) => relativeEntropy(ofHead(head), isCausal)),
  };
}

const scoresOf = (survey: HeadSurvey, about: HeadScores["about"]): HeadScores => ({
  about,
  examples: survey.examples,
  tokens: survey.tokens,
  loss: survey.loss,
  heads: survey.heads.map((head) => {
    const roles = rolesOf(head);
    const isCarried = (name: string): boolean =>
      roles.some((role) => role.kind === "feature" && role.name === name);
    return {
      place: head.place.path,
      head: head.head,
      name: head.name,
      roles,
      delta: head.zero.delta,
      half: head.zero.half,
      entropy: head.statistics.entropy.relative,
      sink: head.statistics.sinks[0],
      features: head.features
        .filter(({ feature }) => isCarried(feature))
        .map(({ feature, share }) => ({ name: feature, share })),
    };
  }),
});
