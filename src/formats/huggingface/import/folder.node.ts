import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../../../errors.ts";
import { marianModelIn, readMarianFolder } from "../../marian/folder.node.ts";
import { decodeSafetensors, type NamedTensor } from "../../safetensors.ts";
import type { ModelFolder } from "../families/family.ts";

const WEIGHTS = "model.safetensors";
/** Names the files of weights that are in several. */
export const WEIGHTS_INDEX = "model.safetensors.index.json";
/** Largest file beside the weights, in bytes. The tokenizer.json of 250,000 pieces has 17 MB. */
const LARGEST_JSON = 64_000_000;
/** Largest file of weights, in bytes: as many as Node reads at once. */
const LARGEST_WEIGHTS = 2 ** 31 - 1;
/** Weights in formats that can run code when they are read, or that nothing here reads. */
const others = /\.(pt|pth|bin|ckpt|npz|npy|h5|msgpack|pkl|pickle|gguf)$/i;

/**
 * Reads a folder of Hugging Face's library, or one with a model in Marian's binary format. ONNX files in it are never opened.
 *
 * @throws ERR_INPUT when it cannot be read; ERR_MODEL when its weights are not in safetensors, or are damaged.
 */
export function readModelFolder(directory: string): ModelFolder {
  const names = namesIn(directory);
  const marian = names.includes(WEIGHTS) ? undefined : marianModelIn(directory);
  if (marian !== undefined) return readMarianFolder(directory, marian);
  const json = (name: string): unknown =>
    names.includes(name) ? readJson(join(directory, name)) : undefined;
  const bytes = (name: string): Uint8Array | undefined =>
    names.includes(name) ? readOther(join(directory, name)) : undefined;
  return { where: directory, json, bytes, tensors: readTensors(directory, names, json) };
}

function namesIn(directory: string): readonly string[] {
  const refuse = (cause: string, remedy: string, error?: unknown): never => {
    throw heedError("ERR_INPUT", { where: directory, cause, remedy }, error);
  };
  const remedy = "give a folder with config.json, tokenizer.json and model.safetensors";
  if (others.test(directory)) return refuseFormat(directory);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) return refuse("does not exist", remedy);
  if (!found.isDirectory()) return refuse("is not a folder", remedy);
  try {
    return readdirSync(directory);
  } catch (error) {
    return refuse(
      `cannot be read (${(error as NodeJS.ErrnoException).code})`,
      "change its permissions",
      error,
    );
  }
}

function refuseFormat(where: string): never {
  const cause = "is not safetensors, and other formats are not read: they may run code";
  throw heedError("ERR_MODEL", { where, cause, remedy: "convert to safetensors" });
}

/** A regular file, perhaps behind a link: reading a pipe or a device might never end. */
function requireFile(path: string): { readonly size: number } {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return found;
  throw heedError("ERR_INPUT", { where: path, cause: found ? "is not a file" : "does not exist" });
}

function readOther(path: string): Uint8Array {
  const { size } = requireFile(path);
  if (size <= LARGEST_JSON) return readFileSync(path);
  const cause = `has ${size} bytes; at most ${LARGEST_JSON} are read`;
  throw heedError("ERR_MODEL", { where: path, cause });
}

function readJson(path: string): unknown {
  const content = readOther(path);
  try {
    return JSON.parse(new TextDecoder().decode(content)) as unknown;
  } catch (cause) {
    throw heedError("ERR_MODEL", { where: path, cause: "cannot be read as JSON" }, cause);
  }
}

function readTensors(
  directory: string,
  names: readonly string[],
  json: ModelFolder["json"],
): ReadonlyMap<string, NamedTensor> {
  if (names.includes(WEIGHTS)) return readSafetensors(join(directory, WEIGHTS));
  if (names.includes(WEIGHTS_INDEX)) return readShards(directory, json(WEIGHTS_INDEX));
  const other = names.find((name) => others.test(name));
  if (other) return refuseFormat(join(directory, other));
  const remedy = "give a folder with config.json, tokenizer.json and model.safetensors";
  throw heedError("ERR_INPUT", { where: directory, cause: `has no ${WEIGHTS}`, remedy });
}

/** The tensors of several files, each as the index says. */
function readShards(directory: string, index: unknown): ReadonlyMap<string, NamedTensor> {
  const where = join(directory, WEIGHTS_INDEX);
  const refuse = (cause: string): never => {
    throw heedError("ERR_MODEL", { where, cause });
  };
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== "object" || map === null) return refuse("has no weight_map");
  const entries = Object.entries(map as Record<string, unknown>);
  const tensors = new Map<string, NamedTensor>();
  for (const file of new Set(entries.map(([, name]) => name))) {
    // A name alone: nothing outside the folder is opened.
    if (typeof file !== "string" || !/^[\w.-]+\.safetensors$/.test(file) || file.startsWith("."))
      return refuse(
        `weight_map names ${JSON.stringify(file)?.slice(0, 60)}, which is not a file of the folder`,
      );
    const shard = readSafetensors(join(directory, file));
    for (const [name, tensor] of shard) {
      if (tensors.has(name)) refuse(`"${name}" is in two files`);
      tensors.set(name, tensor);
    }
  }
  const absent = entries.find(([name]) => !tensors.has(name));
  if (absent) refuse(`"${absent[0]}" is in none of its files`);
  return tensors;
}

/** Reads a file whose header fits its size: no more is allocated for one that does not. */
function readSafetensors(path: string): Map<string, NamedTensor> {
  requireFile(path);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    const problem = `cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    throw heedError("ERR_INPUT", { where: path, cause: problem }, cause);
  }
  try {
    const { size } = fstatSync(file);
    if (size > LARGEST_WEIGHTS) {
      const cause = `has ${size} bytes; at most ${LARGEST_WEIGHTS} are read from one file`;
      throw heedError("ERR_MODEL", { where: path, cause, remedy: "save the model in smaller shards" });
    }
    const start = new Uint8Array(9);
    const read = readSync(file, start, 0, 9, 0);
    const length = read < 8 ? 0n : new DataView(start.buffer).getBigUint64(0, true);
    // What is wrong with it, the decoder says, given no more than these bytes.
    if (read < 9 || start[8] !== 0x7b || length + 8n > BigInt(size) || length > 100_000_000n)
      return decodeSafetensors(start.subarray(0, read), path);
    return decodeSafetensors(readFileSync(file), path);
  } finally {
    closeSync(file);
  }
}
