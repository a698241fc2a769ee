/** Translates whole texts, through a third language where no model knows both. */
import type { GlossaryTerm } from "../decoding/glossary-term.ts";
import type { CatalogModel } from "./catalog.ts";
import { refused } from "./fault.ts";
import type { Asking } from "./scheduler.ts";
import type { Service } from "./service.ts";
import { type TextTranslation, translateText } from "./text/translate-text.ts";

export interface TextsToTranslate {
  readonly texts: readonly { readonly text: string; readonly source: string }[];
  readonly target: string;
  readonly format: "text" | "html";
  /** Further translations of each. */
  readonly alternatives: number;
  /** Tell where each sentence and each word went. */
  readonly alignment?: boolean;
  /** Words that translations must use. */
  readonly glossary?: readonly GlossaryTerm[];
  readonly asking: Asking;
}

export interface TranslatedWhole extends Pick<TextTranslation, "text" | "alternatives"> {
  /** Not told where a third language is in between. */
  readonly sentences?: TextTranslation["sentences"];
  /** Not told where a third language is in between, nor of HTML, nor by a model without a calibration. */
  readonly confidence?: number;
  /** The language in between. */
  readonly pivot?: string;
}

/** @throws a fault of status 400 when no models lead from one language to the other, and as `Scheduler.submit` does */
export async function translateTexts(
  service: Service,
  { texts, target, format, alternatives, alignment = false, glossary, asking }: TextsToTranslate,
): Promise<TranslatedWhole[]> {
  const { signal, deadline } = asking;
  const apply = (
    model: CatalogModel,
    text: string,
    more: Pick<TextsToTranslate, "alternatives" | "alignment" | "glossary">,
  ): Promise<TextTranslation> =>
    translateText(service.translating(model, asking), text, {
      ...more,
      language: model.source,
      format,
      isAttentive: model.isAttentive ?? false,
      calibration: model.calibration,
      signal,
      deadline,
    });
  return Promise.all(
    texts.map(async ({ text, source }): Promise<TranslatedWhole> => {
      if (source === target) return { text, alternatives: [] };
      const direction = service.directions.between(source, target);
      if (!direction) throw refused(`${target} is not available as a target language from ${source}`);
      const [first, second] = direction.models as [CatalogModel, CatalogModel?];
      if (second && (glossary ?? []).length > 0)
        throw refused(
          `Invalid request: glossary: ${direction.pivot} is in between, and terms would have to be known in it`,
        );
      if (!second) return apply(first, text, { alternatives, alignment, glossary: glossary ?? [] });
      const between = await apply(first, text, { alternatives: 0 });
      const last = await apply(second, between.text, { alternatives });
      return {
        text: last.text,
        alternatives: last.alternatives,
        pivot: direction.pivot as string,
      };
    }),
  );
}
