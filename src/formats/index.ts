/** `heed/formats`: files that other programs read. */
export { asMarian, type ModelSettings } from "./marian/check.ts";
export { type MarianFolderOptions, type MarianModel, marianFolder } from "./marian/folder.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
