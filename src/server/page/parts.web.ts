/** A long text in parts that are translated one after the other, so that the first is there soon. */

/** Characters from which on a part ends with the next paragraph. */
const ENOUGH = 600;

/** The parts of a text; together they are the text. Each ends with a line. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (const line of text.split(/(?<=\n)/)) {
    part += line;
    if (part.length < ENOUGH) continue;
    parts.push(part);
    part = "";
  }
  return part === "" && parts.length > 0 ? parts : [...parts, part];
}
