/** Many sentences as two translators say them, and whether the difference in their scores can be chance. */
import { bleu, type ChangedSentence, chrf, compareSystems, type PairedResult } from "heed/evaluation";
import { translatorOver } from "heed/runs";
import type { Session } from "./session.ts";

/** Sentences between two looks at whether anybody still waits. */
const BATCH = 16;

/**
 * The translations of many sentences with the run's own settings of the search, as `heed evaluate` makes them; undefined when it
 * was stopped.
 *
 * @param onDone  Gets how many are done; its answer is whether to go on.
 */
export async function translateMany(
  { run, engine }: Session,
  sources: readonly string[],
  onDone: (done: number) => boolean | Promise<boolean>,
): Promise<string[] | undefined> {
  if (run.task !== "translate") throw new Error("the open model is no translator");
  const translator = await translatorOver(run, engine, { batch: BATCH });
  try {
    const texts: string[] = [];
    while (texts.length < sources.length) {
      const found = await translator.translate(sources.slice(texts.length, texts.length + BATCH));
      texts.push(...found.map(({ hypotheses: [best] }) => best?.text ?? ""));
      if (!(await onDone(texts.length))) return undefined;
    }
    return texts;
  } finally {
    translator.close();
  }
}

/** A metric of both, the first being the baseline. */
export interface ComparedScore {
  readonly name: "BLEU" | "chrF";
  readonly first: PairedResult;
  readonly second: PairedResult;
  /** Sentences in which the second scores better, worse and the same. */
  readonly better: number;
  readonly worse: number;
  readonly equal: number;
}

export interface ComparedTexts {
  readonly scores: readonly ComparedScore[];
  /** Those whose BLEU differs most. */
  readonly changed: readonly ChangedSentence[];
}

/** Sentences that are shown of those that differ. */
const CHANGED = 5;

/** What `heed compare` finds between two lists of translations. */
export function comparedTexts(
  first: readonly string[],
  second: readonly string[],
  references: readonly string[],
): ComparedTexts {
  const metrics = new Map([
    ["bleu", bleu()],
    ["chrf", chrf()],
  ] as const);
  const systems = [
    { name: "first", texts: first },
    { name: "second", texts: second },
  ];
  const choices = { test: "bs", seed: 12345, changes: CHANGED } as const;
  const compared = compareSystems(systems, [references], metrics, choices);
  const scores = compared.metrics.map(({ key, results: [one, other] }): ComparedScore => {
    if (!one || !other) throw new Error("two systems have two results");
    const { better = 0, worse = 0, equal = 0 } = other.counts ?? {};
    return { name: key === "bleu" ? "BLEU" : "chrF", first: one, second: other, better, worse, equal };
  });
  return { scores, changed: compared.changed[0] ?? [] };
}
