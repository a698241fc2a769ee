/** `heed/formats`: files that other programs read. */
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
