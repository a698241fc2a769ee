import type { Tokenizer } from "../text/tokenizer.ts";

/** Turns tokens into text as they come. */
export interface TextWriter {
  /** The ids to begin with. */
  readonly prompt: readonly number[];
  /** The text that a token adds; what is not yet a whole character waits. */
  readonly push: (token: number) => string;
  /** What is left. */
  readonly end: () => string;
}

/**
 * Writes lines of text from ids, `</s>` being the end of a line. A line is decoded as a whole, since a piece may be part
 * of a character and its spaces depend on what came before; what is new of it is given out.
 */
export function textWriter(tokenizer: Tokenizer, prompt: string): TextWriter {
  const { eos } = tokenizer.special;
  const lines = prompt.split("\n");
  const ended = lines.slice(0, -1).flatMap((line) => tokenizer.encode(line));
  const open = tokenizer.encode(lines.at(-1) ?? "").slice(0, -1);
  // A line's end is as good a beginning as any.
  const ids = [...ended, ...open];
  let line: number[] = [...open];
  let shown = tokenizer.decode(line);
  const fresh = (isWhole: boolean): string => {
    const text = tokenizer.decode(line);
    const ready = isWhole ? text : text.replace(/\ufffd+$/u, "");
    const added = ready.startsWith(shown) ? ready.slice(shown.length) : "";
    if (ready.startsWith(shown)) shown = ready;
    return added;
  };
  return {
    prompt: ids.length > 0 ? ids : [eos],
    push: (token) => {
      if (token !== eos) {
        line.push(token);
        return fresh(false);
      }
      const rest = fresh(true);
      line = [];
      shown = "";
      return `${rest}\n`;
    },
    end: () => fresh(true),
  };
}
