import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";

/** A file format for named tensors. */
export interface Codec {
  /** The ending of its files, without a dot. */
  readonly extension: string;
  readonly encode: (tensors: ReadonlyMap<string, NamedTensor>) => Uint8Array;
  /** @throws ERR_MODEL naming `where` for bytes that are not of this format. */
  readonly decode: (bytes: Uint8Array, where: string) => Map<string, NamedTensor>;
}

/** How the weights and moments of runs are stored. */
export const codec: Codec = {
  extension: "safetensors",
  encode: encodeSafetensors,
  decode: decodeSafetensors,
};

/** The file of a part of a run: `model.safetensors`. */
export const fileOf = (part: "model" | "optimizer"): string => `${part}.${codec.extension}`;
