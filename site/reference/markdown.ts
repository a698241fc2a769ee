/** Text of the code as Markdown. */

/** A cell of a table: one line, its bars escaped. */
export const cell = (text: string): string => prose(text.replaceAll("\n", " ")).replaceAll("|", "\\|");

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}

export const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** Prose in which nothing but code is markup: what stands between backticks stays as it is. */
export const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replace(/[*_]/g, "\\$&")))
    .join("")
    .replaceAll("{{", "&#123;&#123;");

/** A text in which lines with an indent are code, and others prose; blank lines part them. */
export function withCode(text: string, { language = "text", indent = 2 } = {}): string {
  const isCode = (line: string): boolean => line.startsWith(" ".repeat(indent));
  const blocks: { code: boolean; lines: string[] }[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const last = blocks.at(-1);
    const code = isCode(line) || (line.trim() === "" && last?.code === true);
    if (last?.code === code) last.lines.push(line);
    else blocks.push({ code, lines: [line] });
  }
  return blocks
    .map(({ code, lines }) =>
      code ? fence(language, unindented(lines.join("\n").trimEnd())) : prose(lines.join("\n").trim()),
    )
    .filter((block) => block !== "")
    .join("\n\n");
}

/** Without the indent that all lines share. */
export function unindented(text: string): string {
  const lines = text.split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0);
  return lines.map((line) => line.slice(Math.min(...indents))).join("\n");
}
