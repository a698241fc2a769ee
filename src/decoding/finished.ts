import type { Hypothesis } from "./hypothesis.ts";

/** The finished hypotheses of one sentence. */
export interface Finished {
  /** How many have different texts. */
  readonly size: number;
  readonly add: (hypothesis: Hypothesis) => void;
  /** Score of the n-th best of those with different texts; n from 1. */
  readonly score: (n: number) => number | undefined;
  /** The n best, best first. A text is repeated only where no other was found. */
  readonly best: (n: number) => Hypothesis[];
}

/** @param textOf  Of hypotheses with equal texts only the best is kept; without it all are. */
export function finishedTexts(textOf?: (ids: readonly number[]) => string): Finished {
  const texts = new Set<string>();
  /** Best first. */
  let kept: { readonly text: string | undefined; readonly hypothesis: Hypothesis }[] = [];
  const repeats: Hypothesis[] = [];
  return {
    get size() {
      return kept.length;
    },
    add: (hypothesis) => {
      const text = textOf?.(hypothesis.ids);
      if (text !== undefined && texts.has(text)) {
        const same = kept.find((entry) => entry.text === text)?.hypothesis as Hypothesis;
        if (same.score >= hypothesis.score) {
          repeats.push(hypothesis);
          return;
        }
        repeats.push(same);
        kept = kept.filter((entry) => entry.text !== text);
      }
      if (text !== undefined) texts.add(text);
      kept.push({ text, hypothesis });
      kept.sort((a, b) => b.hypothesis.score - a.hypothesis.score);
    },
    score: (n) => kept[n - 1]?.hypothesis.score,
    best: (n) => {
      const chosen = kept.slice(0, n).map(({ hypothesis }) => hypothesis);
      const others = repeats.sort(byScore).slice(0, n - chosen.length);
      return [...chosen, ...others].sort(byScore);
    },
  };
}

const byScore = (a: Hypothesis, b: Hypothesis): number => b.score - a.score;
