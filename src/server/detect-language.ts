/** The language of a text, among those that can be translated from. */
export interface Detected {
  readonly language: string;
  /** 0 to 100. */
  readonly confidence: number;
}

/** Where there is only one language, it is that one. */
export async function detectLanguage(_: string, languages: readonly string[]): Promise<Detected> {
  return { language: languages[0] ?? "en", confidence: languages.length === 1 ? 100 : 0 };
}
