/** Models of the Marian toolkit in its binary format: a table of items, then their bytes. */
import { heedError } from "../../errors.ts";
import type { NamedTensor } from "../safetensors.ts";

/** Types of items, as the format numbers them. */
const [FLOAT32, INT8, TEXT] = [0x404, 0x4101, 0x101];
const VERSION = 1n;
const MOST_ITEMS = 100_000;
/** Item that holds the settings of the model. */
const SETTINGS = "special:model.yml";

export interface MarianModel {
  /** float32; matrices are [out, in], vectors have one axis. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** The settings of the model that are one value each. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Whether bytes begin as a model of Marian's does. */
export const isMarian = (start: Uint8Array): boolean =>
  start.length >= 16 && new DataView(start.buffer, start.byteOffset).getBigUint64(0, true) === VERSION;

/**
 * Reads a model. 8-bit matrices become float32, q / scale.
 *
 * @throws ERR_MODEL for a file that is damaged, or has items of other types.
 */
export function decodeMarian(bytes: Uint8Array, where: string): MarianModel {
  const refuse = (cause: string): never => {
    throw heedError("ERR_MODEL", { where, cause });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const skip = (length: number): number => {
    if (!(length >= 0 && length <= bytes.length - at)) refuse("is damaged: it ends too early");
    at += length;
    return at - length;
  };
  const whole = (): number => Number(view.getBigUint64(skip(8), true));
  if (!isMarian(bytes)) return refuse("is not a model of Marian's");
  at = 8;
  const count = whole();
  if (count > MOST_ITEMS) return refuse(`has ${count} items; at most ${MOST_ITEMS} are read`);
  const headers = Array.from({ length: count }, () => ({
    ...{ name: whole(), type: whole(), axes: whole(), size: whole() },
  }));
  const names = headers.map(({ name }) => {
    const start = skip(name);
    return new TextDecoder().decode(bytes.subarray(start, at)).replace(/\0+$/, "");
  });
  const shapes = headers.map(({ axes }) => {
    const start = skip(4 * axes);
    return Array.from({ length: axes }, (_, i) => view.getInt32(start + 4 * i, true));
  });
  skip(whole());
  const tensors = new Map<string, NamedTensor>();
  let settings: MarianModel["settings"] = {};
  for (const [i, { type, size }] of headers.entries()) {
    const [name, shape, start] = [names[i] as string, shapes[i] as number[], skip(size)];
    const content = bytes.subarray(start, start + size);
    if (name === SETTINGS) settings = settingsOf(new TextDecoder().decode(content));
    else if (type !== TEXT && !name.endsWith("_QuantMultA")) {
      const isTable = name.endsWith("Wemb");
      tensors.set(name, tensorOf({ name, type, shape, content, isTable }, refuse));
    }
  }
  return { tensors, settings };
}

interface Item {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly content: Uint8Array;
  /** Whether it is a table with a row for each token, which has no transposed form. */
  readonly isTable: boolean;
}

function tensorOf(
  { name, type, shape, content, isTable }: Item,
  refuse: (cause: string) => never,
): NamedTensor {
  const [rows = 1, columns = 1] = shape;
  const count = rows * columns;
  if (shape.length !== 2 || shape.some((size) => size < 1)) refuse(`${name} is [${shape}], not a matrix`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const bytesOf = (each: number, more = 0): void => {
    if (content.length < count * each + more)
      refuse(`${name} is [${shape}], but has ${content.length} bytes`);
  };
  if (type !== INT8 && type !== FLOAT32)
    refuse(`${name} has type 0x${type.toString(16)}; only float32 and int8 are read`);
  // Before memory is taken for it.
  if (type === INT8) bytesOf(1, 4);
  else bytesOf(4);
  const data = new Float32Array(count);
  if (type === INT8) {
    const scale = view.getFloat32(count, true);
    for (let i = 0; i < count; i++) data[i] = view.getInt8(i) / scale;
  } else for (let i = 0; i < count; i++) data[i] = view.getFloat32(4 * i, true);
  if (rows === 1) return { dtype: "float32", shape: [columns], data };
  if (isTable) return { dtype: "float32", shape: [rows, columns], data };
  // Matrices are [in, out]; those in 8 bits are stored transposed already.
  if (type === INT8) return { dtype: "float32", shape: [columns, rows], data };
  const turned = data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number);
  return { dtype: "float32", shape: [columns, rows], data: turned };
}

/** The lines `key: value` of a YAML document at its top level. */
function settingsOf(text: string): Record<string, unknown> {
  const found = Array.from(text.matchAll(/^([\w-]+): +(.*?)[\s\0]*$/gm), ([, key = "", value = ""]) => {
    const plain = /^"(.*)"$/.exec(value)?.[1] ?? value;
    if (/^(true|false)$/.test(plain)) return [key, plain === "true"];
    return [key, /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : plain];
  });
  return Object.fromEntries(found) as Record<string, unknown>;
}
