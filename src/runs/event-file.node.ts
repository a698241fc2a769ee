import { closeSync, openSync } from "node:fs";
import { heedError } from "../errors.ts";
import { reason, writeWhole } from "./durable.node.ts";

/** What happens at one step. */
export interface BoardEvent {
  readonly step: number;
  /** Numbers by tag: `training/loss`. Those that are not finite are kept as they are. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** A file of TensorBoard events that grows. */
export interface EventFile {
  readonly add: (event: BoardEvent) => void;
  readonly close: () => void;
}

/**
 * Opens a new file of events, as TensorBoard reads them: each record is its length, a checksum of that, a protocol buffer
 * `tensorboard.Event`, and a checksum of it.
 *
 * @param from  The step that a training goes on from: TensorBoard forgets what earlier files say of later steps.
 * @param now   The time in seconds. Default: the clock's.
 * @throws ERR_IO when the file exists or cannot be written.
 */
export function openEventFile(path: string, from: number, now = () => Date.now() / 1000): EventFile {
  const attempt = <T>(write: () => T): T => {
    try {
      return write();
    } catch (cause) {
      throw heedError("ERR_IO", { where: path, cause: `cannot write (${reason(cause)})` }, cause);
    }
  };
  const file = attempt(() => openSync(path, "wx"));
  const append = (...fields: readonly Uint8Array[]): void =>
    attempt(() => writeWhole(file, record(Buffer.concat([double(1, now()), ...fields]))));
  append(text(3, "brain.Event:2"));
  // A SessionLog whose status is START.
  if (from > 0) append(varint(2, from + 1), message(7, varint(1, 1)));
  return {
    add: ({ step, scalars }) => {
      const values = [...scalars].map(([tag, value]) => message(1, text(1, tag), float(2, value)));
      append(varint(2, step), message(5, ...values));
    },
    close: () => closeSync(file),
  };
}

/** u64 length, its checksum, bytes, their checksum; all little-endian. */
function record(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, checksum(length), bytes, checksum(bytes)]);
}

/** CRC-32C, reflected polynomial 0x82f63b78, by bytes. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Masked, so that a checksum of bytes that hold a checksum is no weaker. */
function checksum(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** Fields of a protocol buffer: a key of number and wire type, then the content. */
const key = (field: number, type: 0 | 1 | 2 | 5): number => (field << 3) | type;

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const varint = (field: number, value: number): Uint8Array =>
  Uint8Array.from([key(field, 0), ...varintBytes(value)]);

function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(9, key(field, 1));
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(5, key(field, 5));
  bytes.writeFloatLE(value, 1);
  return bytes;
}

function message(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.from([key(field, 2), ...varintBytes(content.length)]), content]);
}

const text = (field: number, value: string): Uint8Array => message(field, Buffer.from(value));
