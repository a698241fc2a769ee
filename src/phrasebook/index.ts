/** `heed/phrasebook`: English-French sentences from a grammar, with exact word alignments, and minimal pairs. */
export {
  type ContrastFeature,
  type ContrastOptions,
  type ContrastPair,
  type ContrastSentence,
  contrastFeatures,
  contrastPairs,
} from "./contrasts.ts";
export {
  goldAlignment,
  type Phrasebook,
  type PhrasebookOptions,
  type PhrasebookPair,
  phrasebook,
  rules,
} from "./phrasebook.ts";
