import { expect, test } from "vitest";
import { isBlank } from "../../src/text/blank.ts";

test.each([
  ["nothing", ""],
  ["spaces and tabs", " \t\u00a0\u3000\u2028\u0085"],
  ["a zero-width space", "\u200b"],
  ["soft hyphens", "\u00ad\u00ad"],
  ["joiners, word joiners and byte order marks", "\u200c\u200d\u2060\ufeff"],
  ["control characters", "\u0000\u0007\u001f\u007f"],
  ["direction marks", "\u200e\u200f\u202a\u202c\u2066\u2069"],
  ["variation selectors and tags", "\ufe0f\u{e0061}\u{e007f}\u{e0100}"],
  ["Hangul fillers", "\u3164\uffa0\u115f"],
  ["the sign for a space inside a piece", "▁ ▁"],
  ["a mixture", " \u200b\t\u00ad "],
])("%s shows nothing", (_, text) => expect(isBlank(text)).toBe(true));

test.each([
  ["a letter among them", "\u200ba\u00ad"],
  ["a full stop", "."],
  ["a combining accent", "\u0301"],
  ["half an emoji, which is read as U+FFFD", "\ud83d"],
  ["an Arabic number sign, a format character that shows", "\u0600"],
  ["a replacement character", "\ufffd"],
])("%s shows", (_, text) => expect(isBlank(text)).toBe(false));
