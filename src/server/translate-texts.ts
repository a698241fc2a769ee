/** Translates whole texts, through a third language where no model knows both. */
import type { CatalogModel } from "./catalog.ts";
import { refused } from "./fault.ts";
import type { Asking } from "./scheduler.ts";
import type { Service } from "./service.ts";
import { translateHtml } from "./text/translate-html.ts";
import { type TextTranslation, translateText } from "./text/translate-text.ts";

export interface TextsToTranslate {
  readonly texts: readonly { readonly text: string; readonly source: string }[];
  readonly target: string;
  readonly format: "text" | "html";
  /** Further translations of each. */
  readonly alternatives: number;
  readonly asking: Asking;
}

export interface TranslatedWhole extends Pick<TextTranslation, "text" | "alternatives"> {
  /** The language in between. */
  readonly pivot?: string;
}

/** @throws a fault of status 400 when no models lead from one language to the other, and as `Scheduler.submit` does */
export async function translateTexts(
  service: Service,
  { texts, target, format, alternatives, asking }: TextsToTranslate,
): Promise<TranslatedWhole[]> {
  const { signal, deadline } = asking;
  const apply = async (model: CatalogModel, text: string, count: number): Promise<TranslatedWhole> => {
    const translating = service.translating(model, asking);
    const options = { language: model.source, signal, deadline };
    if (format === "text") return translateText(translating, text, { ...options, alternatives: count });
    const html = { ...options, nBest: count + 1, alignment: false };
    const [best = "", ...others] = (await translateHtml(translating, text, html)).documents;
    return { text: best, alternatives: [...new Set(others)].filter((other) => other !== best) };
  };
  return Promise.all(
    texts.map(async ({ text, source }): Promise<TranslatedWhole> => {
      if (source === target) return { text, alternatives: [] };
      const direction = service.directions.between(source, target);
      if (!direction) throw refused(`${target} is not available as a target language from ${source}`);
      const [first, second] = direction.models as [CatalogModel, CatalogModel?];
      if (!second) return apply(first, text, alternatives);
      const between = await apply(first, text, 0);
      return { ...(await apply(second, between.text, alternatives)), pivot: direction.pivot as string };
    }),
  );
}
