/** Texts of several lines: each line is translated, and what separates them stays. */
import type { Hypotheses, Translating, TranslatingOptions } from "./translating.ts";

export interface WholeText {
  readonly text: string;
  /** Best first. */
  readonly alternatives: readonly string[];
  /** Of each line that was translated. */
  readonly lines: readonly Hypotheses[];
}

/** @param alternatives  How many further translations to return, fewer if there are fewer. */
export async function translateWhole(
  model: Translating,
  text: string,
  { alternatives, ...options }: TranslatingOptions & { readonly alternatives: number },
): Promise<WholeText> {
  const parts = text.split(/(\r?\n)/);
  const lines = parts.filter((_, i) => i % 2 === 0);
  const translated = await model.translate(lines, { ...options, nBest: alternatives + 1 });
  const joined = (n: number): string =>
    parts
      .map((part, i) => {
        if (i % 2 === 1) return part;
        const { hypotheses = [] } = translated[i / 2] ?? {};
        return (hypotheses[n] ?? hypotheses[0])?.text ?? "";
      })
      .join("");
  const texts = Array.from({ length: alternatives + 1 }, (_, n) => joined(n));
  const [best = "", ...others] = texts;
  return {
    text: best,
    alternatives: [...new Set(others)].filter((other) => other !== best),
    lines: translated,
  };
}
