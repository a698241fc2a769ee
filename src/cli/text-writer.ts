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
 * Writes lines of text from ids, `</s>` being the end of a line. A piece may be part of a character, and whether its
 * space is shown depends on what stands before it: so some of the line is decoded with it, and what is new is given out.
 */
export function textWriter(tokenizer: Tokenizer, prompt: string): TextWriter {
  const { eos } = tokenizer.special;
  const lines = prompt.split("\n");
  const ended = lines.slice(0, -1).flatMap((line) => tokenizer.encode(line));
  const open = tokenizer.encode(lines.at(-1) ?? "").slice(0, -1);
  // A line's end is as good a beginning as any.
  const ids = [...ended, ...open];
  /** The end of the line, as much of it as can change what comes next… */
  let tail: number[] = [...open];
  /** …and what was given out of it. */
  let shown = tokenizer.decode(tail);
  const fresh = (text: string): string => {
    const added = text.slice(shown.length);
    shown = text;
    return added;
  };
  const startAt = (token: number): void => {
    tail = [token];
    shown = tokenizer.decode(tail);
  };
  return {
    prompt: ids.length > 0 ? ids : [eos],
    push: (token) => {
      if (token === eos) {
        const rest = fresh(tokenizer.decode(tail));
        tail = [];
        shown = "";
        return `${rest}\n`;
      }
      tail.push(token);
      const text = tokenizer.decode(tail);
      if (!text.startsWith(shown)) {
        // A byte after a whole character takes that back, but it has been given out: the byte stands for itself.
        const rest = tokenizer.decode(tail.slice(0, -1)).slice(shown.length);
        tail = [token];
        shown = "";
        return rest;
      }
      const added = fresh(text.replace(/\ufffd+$/u, ""));
      // A whole piece leaves nothing open: lines may be long, so only it is kept.
      if (shown === text && !isByte(tokenizer.token(token)) && tokenizer.decode([token]) !== "")
        startAt(token);
      return added;
    },
    end: () => fresh(tokenizer.decode(tail)),
  };
}

const isByte = (piece: string): boolean => /^<0x[0-9A-F]{2}>$/.test(piece);
