import type { GlossaryTerm } from "../decoding/glossary-term.ts";
import { heedError } from "../errors.ts";
import { readSmallText } from "../runs/read-file.node.ts";
import { glossaryTerms, termsOf } from "../server/text/glossary-terms.ts";

/** Most bytes of a file of terms: some hundred thousand of them. */
const MOST = 20_000_000;

/**
 * Reads the terms of a file, which has what a request to `heed serve` has: `[{ "source": "car", "target": ["voiture"] }]`.
 *
 * @throws ERR_INPUT when it cannot be read, ERR_DATA for another content or none.
 */
export function readGlossary(path: string): GlossaryTerm[] {
  const refused = (cause: string, where = path): Error =>
    heedError("ERR_DATA", { where, cause, remedy: 'write [{ "source": "car", "target": ["voiture"] }]' });
  const { success, data, error } = glossaryTerms.safeParse(parsed(readSmallText(path, MOST), refused));
  if (!success) {
    const [first] = error.issues;
    const [term, ...field] = first?.path ?? [];
    const where = typeof term === "number" ? `, term ${term + 1}` : "";
    throw refused(`${field.length > 0 ? `${field.join(".")}: ` : ""}${first?.message}`, `${path}${where}`);
  }
  if (data.length === 0) throw refused("it has no terms");
  return termsOf(data);
}

function parsed(text: string, refused: (cause: string) => Error): unknown {
  if (text.includes("\uFFFD")) throw refused("it is not UTF-8");
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw refused(`it is not JSON (${(error as Error).message})`);
  }
}
