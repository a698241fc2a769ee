/** `heed/models`: whole models, each written as its figure is drawn. */
export type { Decoded, Seq2Seq, SourceMemory } from "./seq2seq.ts";
export {
  type BlockConfig,
  type BoundDecoderLayer,
  DecoderLayer,
  decodeThrough,
  EncoderLayer,
  rememberSource,
  Transformer,
  type TransformerConfig,
  withPositions,
} from "./transformer.ts";
