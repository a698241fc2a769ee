/** A translation while it is written. */
import type { WrittenSoFar } from "heed/inspect";

/** Its text in two parts: what stays, and what another hypothesis may still take the place of. */
export function growingParts({ text, tokens, settled }: Pick<WrittenSoFar, "text" | "tokens" | "settled">): {
  readonly fixed: string;
  readonly open: string;
} {
  const pieces = tokens.slice(0, settled).filter((token) => token !== "</s>");
  const written = pieces.join("").replaceAll("▁", " ").trimStart();
  // Bytes and the like are pieces that do not stand in the text: then none of it is fixed.
  const fixed = text.startsWith(written) ? written : "";
  return { fixed, open: text.slice(fixed.length) };
}
