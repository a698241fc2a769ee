/** `heed/formats`: files that other programs read. */
export { asExportable, type ModelSettings } from "./huggingface/check.ts";
export { type FamilyFolderOptions, type FamilyModel, familyFolder } from "./huggingface/family-folder.ts";
export { type ExportableModel, huggingFaceFolder } from "./huggingface/folder.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
