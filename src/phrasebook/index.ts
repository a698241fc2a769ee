/** `heed/phrasebook`: English-French sentences from a grammar, with exact word alignments. */
export {
  goldAlignment,
  type Phrasebook,
  type PhrasebookOptions,
  type PhrasebookPair,
  phrasebook,
  rules,
} from "./phrasebook.ts";
