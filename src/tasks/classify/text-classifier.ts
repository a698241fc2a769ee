import { isBlank } from "../../text/blank.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { type Judge, likeliest } from "./judge.ts";
import { encodeLabelled } from "./texts.ts";

/** A text with the label that a classifier gives it. */
export interface LabelledResult {
  readonly text: string;
  /** The likeliest label; "" for a blank text, which is not judged. */
  readonly label: string;
  /** The probability of every label; none for a blank text. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A classifier of texts. */
export interface TextClassifier {
  readonly labels: readonly string[];
  /** Labels texts; results are in the same order. Texts are cut off after as many tokens as the model reads. */
  readonly classify: (texts: readonly string[]) => Promise<LabelledResult[]>;
  readonly close: () => void;
}

/**
 * Labels texts with a judge.
 *
 * @param maxTokens  The longest text that the model reads, in tokens.
 */
export function textClassifier(
  { judge, close }: Judge,
  {
    tokenizer,
    labels,
    maxTokens,
  }: {
    readonly tokenizer: Tokenizer;
    readonly labels: readonly string[];
    readonly maxTokens: number;
  },
): TextClassifier {
  return {
    labels,
    close,
    classify: async (texts) => {
      const visible = texts.filter((text) => !isBlank(text));
      const shares = (
        await judge(visible.map((text) => encodeLabelled(text, 0, tokenizer, maxTokens)))
      ).values();
      return texts.map((text) => {
        if (isBlank(text)) return { text, label: "", probabilities: {} };
        const share = shares.next().value as Float32Array;
        const probabilities = Object.fromEntries(labels.map((label, i) => [label, share[i] as number]));
        return { text, label: labels[likeliest(share)] as string, probabilities };
      });
    },
  };
}
