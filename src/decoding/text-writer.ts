import type { Tokenizer } from "../text/tokenizer.ts";
import { isBytePiece } from "../text/vocabulary.ts";

/** Turns tokens into text as they arrive. */
export interface TextWriter {
  /** The ids to start from. */
  readonly prompt: readonly number[];
  /** Returns the text that a token adds; bytes of an unfinished character wait. */
  readonly push: (token: number) => string;
  /** Returns the remaining text. */
  readonly end: () => string;
}

/**
 * Decodes ids into lines of text; `</s>` ends a line. A piece may be part of a character, and its leading space depends
 * on the pieces before it, so it is decoded together with the end of the line and only the new text is returned.
 */
export function textWriter(tokenizer: Tokenizer, prompt: string): TextWriter {
  if (tokenizer.keepsLines) return wholeTextWriter(tokenizer, prompt);
  const { eos } = tokenizer.special;
  const lines = prompt.split("\n");
  const ended = lines.slice(0, -1).flatMap((line) => tokenizer.encode(line));
  const open = tokenizer.encode(lines.at(-1) ?? "").slice(0, -1);
  const ids = [...ended, ...open];
  /** The end of the line that can still affect later text… */
  let tail: number[] = [...open];
  /** …and the part of its text that was returned. */
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
    // An empty prompt starts as if a line had just ended.
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
        // The byte would change a character that was already returned, so it is decoded on its own.
        const rest = tokenizer.decode(tail.slice(0, -1)).slice(shown.length);
        tail = [token];
        shown = "";
        return rest;
      }
      const added = fresh(text.replace(/\ufffd+$/u, ""));
      // After a whole piece nothing is pending; keep only that piece, since lines may be long.
      if (shown === text && !isBytePiece(tokenizer.token(token)) && tokenizer.decode([token]) !== "")
        startAt(token);
      return added;
    },
    end: () => fresh(tokenizer.decode(tail)),
  };
}

/** Tokens that are decoded together before the writer goes on from the last of them alone. */
const TOGETHER = 16;

/** As `textWriter`, for a vocabulary in which line breaks are text. */
function wholeTextWriter(tokenizer: Tokenizer, prompt: string): TextWriter {
  const { bos, eos } = tokenizer.special;
  const begun = tokenizer.encode(prompt).slice(0, -1);
  let tail = [...begun];
  let shown = tokenizer.decode(tail);
  const fresh = (text: string): string => {
    // A decoder may change what it wrote before; what was shown stays.
    const added = text.startsWith(shown) ? text.slice(shown.length) : "";
    if (added !== "") shown = text;
    return added;
  };
  return {
    prompt: begun.length > 0 ? begun : [bos],
    push: (token) => {
      if (token === eos) return "";
      tail.push(token);
      const text = tokenizer.decode(tail);
      const added = fresh(text.replace(/\ufffd+$/u, ""));
      const alone = shown === text && tail.length > TOGETHER ? tokenizer.decode([token]) : "";
      if (alone !== "" && text.endsWith(alone)) [tail, shown] = [[token], alone];
      return added;
    },
    end: () => fresh(tokenizer.decode(tail)),
  };
}
