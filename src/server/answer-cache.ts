/** Translations that were asked for before: the least recently used goes when there is no room. */
import { createHash } from "node:crypto";

export interface AnswerCache<T> {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
  readonly bytes: number;
}

/** @param most  Bytes that keys and values may take together, by an estimate; 0 keeps nothing. */
export function answerCache<T>(most: number): AnswerCache<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number }>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    get bytes() {
      return bytes;
    },
    get: (key) => {
      const entry = kept.get(key);
      if (!entry) return undefined;
      // The order of a map is that of insertion, so this becomes the newest.
      kept.delete(key);
      kept.set(key, entry);
      return entry.value;
    },
    set: (key, value) => {
      const size = 2 * JSON.stringify(value).length + 200;
      if (size > most) return;
      drop(key);
      kept.set(key, { value, bytes: size });
      bytes += size;
      for (const [oldest] of kept) {
        if (bytes <= most) break;
        drop(oldest);
      }
    },
  };
}

/** A key of fixed length, from which no text can be read. */
export const cacheKey = (...parts: readonly unknown[]): string =>
  createHash("sha256")
    .update(JSON.stringify(parts, (_, value) => (value instanceof Map ? [...value] : value)))
    .digest("base64");
