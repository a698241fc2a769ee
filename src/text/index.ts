/** `heed/text`: learns vocabularies from text; writes and reads tokenizer.json. */

export { inTurns, type Work } from "../work.ts";
export { isBlank } from "./blank.ts";
export { type SpecialIds, specialTokens, type TokenizerJson, tokenizerConfigJson } from "./layout.ts";
export type { Tokenizer } from "./tokenizer.ts";
export { tokenizerFromJson } from "./tokenizer-json.ts";
export {
  type TokenizerConfig,
  tokenizerTraining,
  trainingFromWords,
  trainTokenizer,
  type WordCounter,
  wordCounter,
} from "./train.ts";
export { type WordSpan, words } from "./word-spans.ts";
