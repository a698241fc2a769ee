/** `heed/models`: whole models, each written as its figure is drawn. */
export type { Decoded, Seq2Seq, SourceMemory } from "./seq2seq.ts";
export { DecoderLayer, EncoderLayer, Transformer, type TransformerConfig } from "./transformer.ts";
