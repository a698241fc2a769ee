export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A configuration by the paths of its keys: `model.heads` -> 4. Anything but numbers, strings and booleans is JSON. */
export type FlatConfig = ReadonlyMap<string, string | number | boolean>;

export function flatten(config: object, prefix = ""): FlatConfig {
  const flat = new Map<string, string | number | boolean>();
  for (const [key, value] of Object.entries(config) as [string, unknown][]) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (isObject(value)) {
      for (const [inner, leaf] of flatten(value, path)) flat.set(inner, leaf);
    } else if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") {
      flat.set(path, value);
    } else if (value !== undefined) {
      flat.set(path, JSON.stringify(value));
    }
  }
  return flat;
}
