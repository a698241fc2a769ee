import type { Tokenizer } from "../text/tokenizer.ts";
import type { GenerateOptions, Generator } from "./generator.ts";
import { textWriter } from "./text-writer.ts";

export interface WriteOptions extends GenerateOptions {
  /** Most tokens to write. Default 200. */
  readonly tokens?: number;
}

/** A generator of text rather than of tokens. */
export interface TextGenerator {
  /**
   * Continues a text, a piece at a time, until its end or as many tokens as were asked for. White space at the end of the
   * text is not read; the model writes its own.
   *
   * @param prompt  Default: start on a new line.
   * @throws ERR_USAGE for an option outside its range.
   */
  readonly generate: (prompt?: string, options?: WriteOptions) => AsyncGenerator<string>;
  readonly close: () => void;
}

/** Writes text with a generator of tokens. */
export function textGenerator({ generate, close }: Generator, tokenizer: Tokenizer): TextGenerator {
  return {
    close,
    async *generate(prompt = "", { tokens = 200, ...options } = {}) {
      const writer = textWriter(tokenizer, prompt);
      let written = 0;
      for await (const token of generate(writer.prompt, options)) {
        const piece = writer.push(token);
        if (piece !== "") yield piece;
        written += 1;
        const isEnd = tokenizer.keepsLines === true && token === tokenizer.special.eos;
        if (isEnd || written >= tokens) break;
      }
      const rest = writer.end();
      if (rest !== "") yield rest;
    },
  };
}
