/** The checksum that a run's model carries in its own file, so that both change in one step. */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { heedError } from "../errors.ts";

/** Begins the value that stands in the header, of the length of a SHA-256 in hex. */
const KEY = '"sha256":"';
const LENGTH = 64;
/** What an encoded model has in place of the checksum that is not computed yet. */
export const UNSEALED = "0".repeat(LENGTH);

/** Writes the checksum of its tensors into an encoded model whose metadata has room for it. */
export function seal(bytes: Uint8Array): Uint8Array {
  const at = placeOf(bytes);
  if (at !== undefined) bytes.set(Buffer.from(checksum(bytes)), at);
  return bytes;
}

/** Like `seal`, in pieces that let the event loop run in between. */
export async function sealMeanwhile(bytes: Uint8Array): Promise<void> {
  const at = placeOf(bytes);
  if (at === undefined) return;
  const hash = createHash("sha256").update(bytes.subarray(0, at));
  const piece = 2 ** 22;
  for (let from = at + LENGTH; from < bytes.byteLength; from += piece) {
    hash.update(bytes.subarray(from, from + piece));
    await setImmediate();
  }
  bytes.set(Buffer.from(hash.digest("hex")), at);
}

/** @throws ERR_MODEL when the tensors of a sealed model have changed; models without a checksum pass */
export function checkSeal(bytes: Uint8Array, where: string): void {
  const at = placeOf(bytes);
  if (at === undefined) return;
  const sealed = Buffer.from(bytes.subarray(at, at + LENGTH)).toString("latin1");
  if (sealed === UNSEALED || sealed === checksum(bytes)) return;
  const remedy = "restore the file, or let `heed train --resume` write it again from its checkpoint";
  const cause = "the model is damaged (its sha256 has changed since it was saved)";
  throw heedError("ERR_MODEL", { where, cause, remedy });
}

/** Where the checksum stands; undefined in a file that has none, or no header at all, which the decoder says. */
function placeOf(bytes: Uint8Array): number | undefined {
  const end = dataOf(bytes);
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(end, bytes.byteLength)).indexOf(KEY);
  return found === -1 ? undefined : found + KEY.length;
}

/** Where the tensors begin: after the length of the header and the header. */
function dataOf(bytes: Uint8Array): number {
  if (bytes.byteLength < 8) return 0;
  return 8 + Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

/** Of the header, without the checksum itself, and of the tensors. */
function checksum(bytes: Uint8Array): string {
  const at = placeOf(bytes) ?? 0;
  const hash = createHash("sha256").update(bytes.subarray(0, at));
  return hash.update(bytes.subarray(at + LENGTH)).digest("hex");
}
