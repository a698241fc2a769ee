import fc from "fast-check";
import { expect, test } from "vitest";
import { bipartite } from "../../studio/src/pictures/bipartite.ts";
import { csvText } from "../../studio/src/pictures/csv.ts";
import { centred, onLine, path, ribbons } from "../../studio/src/pictures/ribbons.ts";
import { signedBars } from "../../studio/src/pictures/signed-bars.ts";
import { shownToken, wordsOf } from "../../studio/src/pictures/tokens.ts";

test("a piece is shown without its mark, and a special token as one", () => {
  expect(shownToken("▁voy")).toEqual({ text: "voy", begins: true, isSpecial: false });
  expect(shownToken("ons")).toEqual({ text: "ons", begins: false, isSpecial: false });
  expect(shownToken("</s>")).toEqual({ text: "</s>", begins: true, isSpecial: true });
  expect(shownToken("▁")).toMatchObject({ text: "␣", begins: true });
});

test("what looks like markup is a piece like any other", () => {
  expect(shownToken("<b>").isSpecial).toBe(false);
  expect(shownToken("▁<img onerror=alert(1)>")).toMatchObject({
    text: "<img onerror=alert(1)>",
    isSpecial: false,
  });
});

test("characters that cannot be seen are shown by their code points, and long pieces are cut", () => {
  expect(shownToken("a\u202Eb\u0007").text).toBe("a‹202E›b‹0007›");
  expect(shownToken("😀".repeat(50)).text).toBe(`${"😀".repeat(23)}…`);
});

test("a byte is the sign that it is, or its number", () => {
  expect([shownToken("<0x3C>"), shownToken("<0xFA>"), shownToken("<0x20>")].map(({ text }) => text)).toEqual([
    "<",
    "‹FA›",
    "‹20›",
  ]);
});

test("pieces belong to words, numbered as spaces part them", () => {
  expect(wordsOf(["▁voy", "ons", "▁la", "<unk>", "</s>"])).toEqual([
    { from: 0, to: 2, number: 0 },
    { from: 2, to: 3, number: 1 },
    { from: 3, to: 4, number: 2 },
    { from: 4, to: 5, number: undefined },
  ]);
});

test("pieces of a word stand side by side, words apart", () => {
  const line = onLine([10, 20, 30], wordsOf(["▁a", "b", "▁c"]), 5);
  expect(line).toEqual({
    tokens: [
      { x: 5, width: 10 },
      { x: 20, width: 20 },
      { x: 50, width: 30 },
    ],
    words: [
      { x: 15, width: 30 },
      { x: 50, width: 30 },
    ],
    width: 65,
  });
  expect(centred(line, 85).tokens[0]).toEqual({ x: 15, width: 10 });
});

const two = [
  { x: 5, width: 10 },
  { x: 25, width: 10 },
];

test("ribbons are as wide as weights, and the smallest are left out", () => {
  const drawn = ribbons([[0.99, 0.01]], { read: two, written: two, across: 100 });
  expect(drawn).toEqual([
    { row: 0, column: 0, weight: 0.99, path: "M 5 0 C 5 50, 5 50, 5 100", thickness: 1 + 11 * 0.99 },
  ]);
});

test("numbers above 1 are shares of the largest, and those below 0 have no ribbon", () => {
  const drawn = ribbons(
    [
      [4, -4],
      [2, 0],
    ],
    { read: two, written: two, across: 100 },
  );
  expect(drawn.map(({ row, column, weight }) => [row, column, weight])).toEqual([
    [0, 0, 1],
    [1, 0, 0.5],
  ]);
});

test("of too many ribbons the largest are drawn", () => {
  const matrix = [
    [0.2, 0.8],
    [0.6, 0.4],
  ];
  const drawn = ribbons(matrix, { read: two, written: two, across: 100, most: 2 });
  expect(drawn.map(({ weight }) => weight)).toEqual([0.8, 0.6]);
});

test("upright lines swap the two directions", () => {
  expect(path(5, 25, 100, true)).toBe("M 0 5 C 50 5, 50 25, 100 25");
});

const sentence = {
  columns: ["▁a", "▁b"],
  rows: ["▁c", "d"],
  numbers: [
    [1, 0],
    [0, 1],
  ],
  links: [[1, 0]],
} as const;

test("sentences lie above each other where there is room, and stand beside each other where there is none", () => {
  const wide = bipartite({ ...sentence, room: 500 }, () => 20);
  expect(wide).toMatchObject({ isUpright: false, width: 162, origin: [1, 52] });
  expect(wide.written.words).toEqual([{ x: 47, y: 232, width: 68, height: 30 }]);
  expect([wide.read.seams.length, wide.written.seams.length, wide.links.length]).toEqual([0, 1, 1]);
  const narrow = bipartite({ ...sentence, room: 150 }, () => 20);
  expect(narrow).toMatchObject({ isUpright: true, width: 232, origin: [61, 22] });
  expect(narrow.read.tokens[1]).toEqual({ x: 1, y: 61, width: 60, height: 30 });
});

test("a sentence that is too long to stand lies, and begins where one sees it", () => {
  const columns = Array.from({ length: 100 }, () => "▁a");
  const long = bipartite({ ...sentence, columns, numbers: [], room: 500 }, () => 20);
  expect([long.isUpright, long.read.tokens[0]?.x, long.written.tokens[0]?.x]).toEqual([false, 1, 1]);
});

test("bars go to the side of their sign, the largest to the edge", () => {
  expect(signedBars([2, -1, 0], 100)).toEqual([
    { x: 50, width: 50 },
    { x: 25, width: 25 },
    { x: 50, width: 0 },
  ]);
  expect(signedBars([], 100)).toEqual([]);
});

test("CSV quotes what has to be quoted, and a spreadsheet computes nothing", () => {
  expect(
    csvText([
      ['a "b"', "c,d", 0.25],
      ["=1+1", "▁x", -2],
    ]),
  ).toBe('"a ""b""","c,d",0.25\r\n\'=1+1,▁x,-2\r\n');
  fc.assert(fc.property(fc.string(), (text) => void expect(csvText([[text]])).not.toMatch(/^[=+@-]/)));
});
