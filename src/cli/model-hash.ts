import { createHash } from "node:crypto";
import type { HostTensor } from "../runtime/state.ts";

/** Identifies a model by what it has learnt: SHA-256 of its weights, in hex. */
export function modelHash({ weights }: { readonly weights: ReadonlyMap<string, HostTensor> }): string {
  const hash = createHash("sha256");
  for (const { data } of weights.values())
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex");
}
