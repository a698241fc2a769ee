import type { Look } from "../inspect/looking/look.ts";
import { type ShownExample, saidOf } from "./inspected.ts";

/** All tensors with their axes, and what is said, as one JSON object. */
export function asJson(seen: Look, { given, isOwn }: ShownExample): string {
  const shown = {
    ...given,
    ...(given.target === undefined ? {} : { targetIs: isOwn ? "the model's own" : "given" }),
    said: saidOf(seen),
    taps: [...seen.taps.values()].map(({ path, axes, data }) => ({ path, axes, data: Array.from(data) })),
  };
  return `${JSON.stringify(shown, null, 1)}\n`;
}

/** A line for every number: path, the index on up to four axes, value. */
export function asCsv({ taps }: Look): string {
  const lines = ["path,axes,index,value"];
  for (const { path, axes, data } of taps.values()) {
    const names = axes.map(({ name }) => name).join(" ");
    data.forEach((value, place) => {
      let rest = place;
      const index = axes
        .toReversed()
        .map(({ size }) => {
          const at = rest % size;
          rest = Math.floor(rest / size);
          return at;
        })
        .reverse();
      lines.push(`${path},${names},${index.join(" ")},${value}`);
    });
  }
  return `${lines.join("\n")}\n`;
}
