/** The one vocabulary of a run… */
export const shared = "tokenizer.json";
/** …or those of its two sides. */
export const separate = { source: "tokenizer.source.json", target: "tokenizer.target.json" } as const;
/** Beside the tokenizer.json of an imported model: what its config.json says about ids. */
export const idsFile = (name: string): string => name.replace(/json$/, "ids.json");
