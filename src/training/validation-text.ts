import type { Validation } from "./trainer.ts";

/** What each score is called and how it is written. */
const shown: readonly {
  readonly key: "bleu" | "perplexity" | "accuracy" | "macroF1";
  readonly name: string;
  readonly long: string;
  readonly text: (score: number) => string;
}[] = [
  { key: "bleu", name: "BLEU", long: "Validation BLEU, greedy", text: (x) => x.toFixed(1) },
  { key: "perplexity", name: "perplexity", long: "Validation perplexity", text: (x) => x.toPrecision(4) },
  {
    key: "accuracy",
    name: "accuracy",
    long: "Validation accuracy",
    text: (x) => `${(100 * x).toFixed(1)} %`,
  },
  { key: "macroF1", name: "macro-F1", long: "Validation macro-F1", text: (x) => (100 * x).toFixed(1) },
];

/** `loss 1.234, BLEU 35.6` */
export function validationText({ loss, ...scores }: Omit<Validation, "score" | "samples">): string {
  const parts = shown.flatMap(({ key, name, text }) => {
    const score = scores[key];
    return score === undefined ? [] : [`${name} ${text(score)}`];
  });
  return [`loss ${loss.toFixed(3)}`, ...parts].join(", ");
}

/** The same as names and values, for a page. */
export function validationFacts({ loss, ...scores }: Validation): (readonly [string, string])[] {
  const unit = scores.accuracy === undefined ? "token" : "text";
  const facts = shown.flatMap(({ key, long, text }) => {
    const score = scores[key];
    return score === undefined ? [] : [[long, text(score)] as const];
  });
  return [["Validation loss", `${loss.toFixed(3)} nats per ${unit}`], ...facts];
}
