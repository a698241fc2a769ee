import { heedError } from "../errors.ts";
import { bytesPerElement, type DType, type HostArray, hostArray, hostView, isArrayOf } from "../ir/dtype.ts";
import { fromBfloat, fromHalf, toHalf } from "../onnx/half.ts";

/** Numbers with their shape, in host memory. */
export interface NamedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}

const codes = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  int64: "I64",
  bool: "BOOL",
} as const satisfies Record<DType, string>;
const dtypes = new Map<string, DType>(Object.entries(codes).map(([dtype, code]) => [code, dtype as DType]));
/** Element types of 16 bits, which are read as float32. */
const widened = new Map([
  ["F16", fromHalf],
  ["BF16", fromBfloat],
]);
/** Element types of the format that Heed does not support. */
const unsupported = ["I8", "I16", "U8", "U16", "U32", "U64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F4", "C64"];
/** Bytes: the names, types and shapes of some 100,000 tensors. The format allows ten times as many. */
const MAX_HEADER = 10_000_000;

export interface SafetensorsOptions {
  /** Stores float32 in 16 bits, rounded to the nearest. Default false. */
  readonly half?: boolean;
  /** Texts that stand in the header beside the tensors. Default: none but the format. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes tensors as one safetensors file: u64 header length, JSON header padded to 8 bytes, then the data without holes.
 * Sorted by element width, widest first, then by name: data is aligned, and equal contents give equal bytes.
 *
 * @throws ERR_USAGE for a duplicate or reserved name, ERR_SHAPE for data that does not fit its shape.
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, NamedTensor]>,
  { half = false, metadata = {} }: SafetensorsOptions = {},
): Uint8Array {
  const widthOf = ({ dtype }: NamedTensor): number =>
    half && dtype === "float32" ? 2 : bytesPerElement[dtype];
  const sorted = [...tensors].sort(([a, x], [b, y]) => widthOf(y) - widthOf(x) || (a < b ? -1 : 1));
  const stored: (HostArray | Uint16Array)[] = [];
  // No prototype, so a tensor may have the name of an inherited property.
  const header: Record<string, unknown> = Object.create(null);
  header.__metadata__ = { format: "pt", ...metadata };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    if (name in header) {
      const cause = name === "__metadata__" ? "the name is reserved by the format" : "the name occurs twice";
      throw heedError("ERR_USAGE", { where: `tensor "${name}"`, cause });
    }
    const size = shape.reduce((product, n) => product * n, 1);
    if (data.length !== size || !isArrayOf(dtype, data)) {
      const problem = `"${name}" needs ${size} of ${dtype}, but its data is a ${data.constructor.name} of ${data.length}`;
      throw heedError("ERR_SHAPE", { operation: "encodeSafetensors", problem });
    }
    const isHalf = half && dtype === "float32";
    const written = isHalf ? Uint16Array.from(data as Float32Array, toHalf) : data;
    const offsets = [offset, offset + written.byteLength];
    header[name] = { dtype: isHalf ? "F16" : codes[dtype], shape, data_offsets: offsets };
    stored.push(written);
    offset += written.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const data of stored) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file that may be damaged or hostile. The tensors are views of `bytes` where alignment allows: do not
 * change `bytes` afterwards.
 *
 * @param where  Names the file in errors.
 * @throws ERR_MODEL for anything but a well-formed file. Nothing is allocated before the header has been checked.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Map<string, NamedTensor> {
  const bad = (cause: string, remedy = "the file is damaged or not safetensors"): never => {
    throw heedError("ERR_MODEL", { where, cause, remedy });
  };
  if (bytes.byteLength < 8) bad(`${bytes.byteLength} bytes are too few for a safetensors header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER) && length + 8n <= BigInt(bytes.byteLength))
    bad(`a header of ${length} bytes`, `at most ${MAX_HEADER} are read`);
  if (length + 8n > BigInt(bytes.byteLength)) bad(`header length ${length} is impossible`);
  const start = 8 + Number(length);
  if (bytes[8] !== 0x7b) bad("the header does not start with {");
  let text = "";
  let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = {};
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
    header = JSON.parse(text);
  } catch {
    bad("the header is not JSON in UTF-8");
  }
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  if (hasEqualKeys(text)) bad("a name occurs twice");
  const whole = bytes.byteLength - start;
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  let end = 0;
  const tensors = new Map<string, NamedTensor>();
  const checked = entries.map(([name, entry]) => {
    const widen = widened.get(entry?.dtype);
    const dtype = widen ? "float32" : dtypes.get(entry?.dtype);
    if (unsupported.includes(entry?.dtype))
      return bad(
        `"${name}" has dtype ${entry.dtype}`,
        `convert it to one of ${[...dtypes.keys(), ...widened.keys()].join(", ")}`,
      );
    if (!dtype) return bad(`"${name}" has unknown dtype ${JSON.stringify(entry?.dtype)}`);
    const { shape, data_offsets: offsets } = entry;
    if (!Array.isArray(shape) || !shape.every(isCount)) return bad(`"${name}" has a bad shape`);
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
      return bad(`"${name}" has bad offsets`);
    const size = shape.reduce((product, n) => product * n, widen ? 2 : bytesPerElement[dtype]);
    const [from, to] = offsets;
    if (to - from !== size || to > whole)
      return bad(`"${name}" has ${to - from} bytes but its shape needs ${size}`);
    return { name, dtype, widen, shape, from, size };
  });
  for (const { name, from, size } of [...checked].sort((a, b) => a.from - b.from || a.size - b.size)) {
    if (from !== end) bad(`"${name}" leaves a hole or overlaps at byte ${from}`);
    end = from + size;
  }
  if (end !== whole) bad(`${whole - end} bytes follow the last tensor`);
  for (const { name, dtype, widen, shape, from, size } of checked) {
    const at = start + from;
    const data = widen
      ? Float32Array.from({ length: size / 2 }, (_, i) => widen(view.getUint16(at + 2 * i, true)))
      : numbersAt(bytes, at, dtype, size / bytesPerElement[dtype]);
    tensors.set(name, { dtype, shape, data });
  }
  return tensors;
}

/** A view of the numbers, or a copy if they are not aligned. */
function numbersAt(bytes: Uint8Array, at: number, dtype: DType, length: number): HostArray {
  const size = length * bytesPerElement[dtype];
  const whole = bytes.byteOffset + at;
  if (whole % bytesPerElement[dtype] === 0) return hostView(dtype, bytes.buffer, whole, length);
  const data = hostArray(dtype, length);
  new Uint8Array(data.buffer).set(bytes.subarray(at, at + size));
  return data;
}

/** Whether any object in well-formed `json` has a duplicate key, of which JSON.parse would keep the last. */
function hasEqualKeys(json: string): boolean {
  const objects: Set<string>[] = [];
  let text = "";
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") objects.push(new Set());
    else if (character === "}") objects.pop();
    else if (character === ":") {
      const keys = objects.at(-1);
      const key: string = JSON.parse(text);
      if (keys?.has(key)) return true;
      keys?.add(key);
    } else if (character === '"') {
      const start = at;
      for (at++; json[at] !== '"'; at++) if (json[at] === "\\") at++;
      text = json.slice(start, at + 1);
    }
  }
  return false;
}
