/** `heed/formats`: files that other programs read. */
export { asExportable, type ModelSettings } from "./huggingface/check.ts";
export { type ExportableModel, type FolderOptions, huggingFaceFolder } from "./huggingface/folder.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
