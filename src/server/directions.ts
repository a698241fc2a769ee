/** From which language into which, directly or through a third. */
import type { CatalogModel } from "./catalog.ts";

export interface Direction {
  /** The models to apply, one after the other: one or two. */
  readonly models: readonly CatalogModel[];
  /** The language between two models. */
  readonly pivot?: string;
}

export interface Language {
  readonly code: string;
  /** In English. */
  readonly name: string;
  /** What it can be translated into, in order of codes. */
  readonly targets: readonly string[];
}

export interface Directions {
  /** Languages that can be translated from, in order of codes. */
  readonly languages: readonly Language[];
  /** Codes of the languages that can be translated from, and into. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  /** Codes of all languages, also of those that are only translated into. */
  readonly codes: readonly string[];
  /** The name of a language in English; its code where it has none. */
  readonly names: (code: string) => string;
  /** The shortest way; where two models do the same, the one named first. */
  readonly between: (source: string, target: string) => Direction | undefined;
}

export function directionsOf(models: readonly CatalogModel[]): Directions {
  const translators = models.filter(({ task }) => task === "translate");
  const codes = [
    ...new Set(translators.flatMap(({ source, target }) => [source ?? "", target ?? ""])),
  ].sort();
  const direct = (source: string, target: string): CatalogModel | undefined =>
    translators.find((model) => model.source === source && model.target === target);
  const between = (source: string, target: string): Direction | undefined => {
    const model = direct(source, target);
    if (model) return { models: [model] };
    if (source === target) return undefined;
    for (const pivot of codes) {
      const [first, second] = [direct(source, pivot), direct(pivot, target)];
      if (first && second) return { models: [first, second], pivot };
    }
    return undefined;
  };
  const english = new Intl.DisplayNames(["en"], { type: "language" });
  const names = (code: string): string => (code === "" ? "" : (english.of(code) ?? code));
  const languages = codes
    .map((code) => ({
      code,
      name: names(code),
      targets: codes.filter((target) => between(code, target) !== undefined),
    }))
    .filter(({ targets }) => targets.length > 0);
  const sources = languages.map(({ code }) => code);
  const targets = [...new Set(languages.flatMap((language) => language.targets))].sort();
  return { languages, sources, targets, codes, names, between };
}
