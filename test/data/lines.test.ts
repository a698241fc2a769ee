import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLines, type LineOptions } from "../../src/data/lines.ts";
import { all, failure } from "./files.ts";

/** One to four bytes each, and what other programs split lines at or drop. */
const unit = fc.constantFrom(
  "a",
  " ",
  "ä",
  "東",
  "😀",
  "\u2028",
  "\u0085",
  "\u0000",
  "\u001b",
  "\u000c",
  "\ufffd",
);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (content: string | Uint8Array, options: Partial<LineOptions> = {}): AsyncIterable<string> =>
  decodeLines([typeof content === "string" ? bytes(content) : content], { name: "corpus.de", ...options });

describe("lines", () => {
  test("split on line feeds alone", async () => {
    const text = "a\u2028b\u2029c\u0085d\u000be\u000cf\rg\n\u0000\u001b[31m\u202e\n";
    expect(await all(lines(text))).toEqual([
      "a\u2028b\u2029c\u0085d\u000be\u000cf\rg",
      "\u0000\u001b[31m\u202e",
    ]);
  });

  test.each([
    ["carriage returns alone", "a\tb\rc\td\r"],
    ["a line feed at the very end", "a\rb\rc\n"],
    ["a byte order mark", "\ufeffa\rb"],
    ["no end", "a\rb"],
  ])("that end with carriage returns alone are refused: %s", async (_, text) => {
    expect(await failure(lines(text))).toMatchObject({
      code: "ERR_DATA",
      exit: 65,
      message:
        "corpus.de: lines end with carriage returns alone, so the whole text is one line; " +
        "convert them to line feeds: tr '\\r' '\\n' < old > new",
    });
  });

  test("that end with carriage returns alone are told from one that is too long", async () => {
    const long = lines("ab\r".repeat(100), { maxLineBytes: 50 });
    expect(await failure(long)).toMatchObject({ message: expect.stringContaining("carriage returns alone") });
  });

  test("may have a carriage return inside, or one at the end of the only one", async () => {
    expect(await all(lines("a\rb\nc"))).toEqual(["a\rb", "c"]);
    expect(await all(lines("a\nb\rc"))).toEqual(["a", "b\rc"]);
    expect(await all(lines("a\r"))).toEqual(["a"]);
  });

  test("are the same with a byte order mark and with CRLF", async () => {
    const text = "Guten Tag.\n\n  \nZwei \u2028 Hunde.\n";
    const plain = await all(lines(text));
    expect(plain).toEqual(["Guten Tag.", "", "  ", "Zwei \u2028 Hunde."]);
    expect(await all(lines(`\ufeff${text}`))).toEqual(plain);
    expect(await all(lines(text.replaceAll("\n", "\r\n")))).toEqual(plain);
    expect(await all(lines(`\ufeff${text.replaceAll("\n", "\r\n")}`))).toEqual(plain);
  });

  test("keep empty ones; the last may lack its end; no bytes are no lines", async () => {
    expect(await all(lines(""))).toEqual([]);
    expect(await all(lines("\n"))).toEqual([""]);
    expect(await all(lines("a"))).toEqual(["a"]);
    expect(await all(lines("a\n"))).toEqual(["a"]);
    expect(await all(lines("a\n\n"))).toEqual(["a", ""]);
    expect(await all(lines("\ufeff\ufeffa\n\ufeffb"))).toEqual(["\ufeffa", "\ufeffb"]);
  });

  test("survive every way of cutting the bytes into chunks", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit, maxLength: 8 }), { maxLength: 8 }),
        fc.boolean(),
        fc.constantFrom("\n", "\r\n"),
        fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }),
        async (texts, mark, end, sizes) => {
          const content = bytes((mark ? "\ufeff" : "") + texts.map((line) => line + end).join(""));
          expect(await all(decodeLines(chunked(content, sizes), { name: "x" }))).toEqual(texts);
        },
      ),
    ));
});

describe("bytes that are not UTF-8", () => {
  const bad = Uint8Array.of(...bytes("gut\nschl"), 0xc3, 0x28, ...bytes("echt\n"), 0xff, 0x0a);

  test("are refused with line and byte", async () => {
    expect(await failure(lines(bad))).toMatchObject({
      code: "ERR_DATA",
      message:
        "corpus.de:2: byte 5 of the line (offset 8 of the text) is not valid UTF-8; " +
        "save the text as UTF-8",
    });
  });

  test("can be replaced, and the lines are told", async () => {
    const told: number[] = [];
    const replaced = lines(bad, { invalidUtf8: "replace", onReplaced: (line) => told.push(line) });
    expect(await all(replaced)).toEqual(["gut", "schl\ufffd(echt", "\ufffd"]);
    expect(told).toEqual([2, 3]);
  });

  test.each([
    ["a surrogate", [0x61, 0xed, 0xa0, 0x80], 2],
    ["an overlong form", [0xe0, 0x80, 0x80], 1],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 1],
    ["a sequence cut short by the end", [0x61, 0xf0, 0x9f, 0x98], 2],
    ["a lone continuation", [0xc3, 0xa4, 0x80], 3],
    ["a bad byte after a byte order mark", [0xef, 0xbb, 0xbf, 0xc0], 4],
  ])("%s is found", async (_, content, byte) => {
    expect(await failure(lines(Uint8Array.from(content)))).toMatchObject({
      message: expect.stringContaining(`corpus.de:1: byte ${byte} of the line`),
    });
  });
});

describe("a line that is too long", () => {
  test("is refused, naming the limit", async () => {
    expect(await failure(lines("ab\nabcdef\n", { maxLineBytes: 5 }))).toMatchObject({
      code: "ERR_DATA",
      message: "corpus.de:2: line longer than 5 bytes; put each sentence on its own line",
    });
  });

  test("is one above the limit, its end not counted", async () => {
    expect(await all(lines("abcde\r\näää\r\n", { maxLineBytes: 6 }))).toEqual(["abcde", "äää"]);
    expect(await failure(lines("ääää", { maxLineBytes: 7 }))).toMatchObject({ code: "ERR_DATA" });
  });

  test("is given up at the limit, not read to its end", async () => {
    let taken = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        taken += 65536;
        yield new Uint8Array(65536).fill(97);
      }
    }
    expect(await failure(decodeLines(endless(), { name: "x" }))).toMatchObject({
      message: expect.stringContaining("x:1: line longer than 1048576 bytes"),
    });
    expect(taken).toBeLessThanOrEqual(2 ** 20 + 2 * 65536);
  });
});

function* chunked(content: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < content.length; i++) {
    const size = Math.max(i % 7 === 6 ? 1 : 0, sizes[i % sizes.length] as number);
    yield content.subarray(at, at + size);
    at += size;
  }
}
