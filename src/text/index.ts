/** `heed/text`: vocabularies learned from text, written and read as tokenizer.json. */
export { type SpecialIds, specialTokens, type TokenizerJson, tokenizerConfigJson } from "./layout.ts";
export type { Tokenizer } from "./tokenizer.ts";
export { tokenizerFromJson } from "./tokenizer-json.ts";
export { type TokenizerConfig, trainTokenizer } from "./train.ts";
export { type WordSpan, words } from "./word-spans.ts";
