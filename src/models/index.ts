/** `heed/models`: whole models, each written as its figure is drawn. */
export {
  type RecurrentAttention,
  RecurrentSeq2Seq,
  type RecurrentSeq2SeqConfig,
} from "./recurrent-seq2seq.ts";
export type { Decoded, Decoder, Encoded, Seq2Seq, Tensors } from "./seq2seq.ts";
export {
  type BlockConfig,
  type BoundDecoderLayer,
  DecoderLayer,
  decodeThrough,
  EncoderLayer,
  remember,
  startCache,
  Transformer,
  type TransformerConfig,
  withPositions,
} from "./transformer.ts";
