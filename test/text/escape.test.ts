import { expect, test } from "vitest";
import { oneLine } from "../../src/text/escape.ts";

test("what a model wrote stays on its line, bytes of line ends and all", () => {
  expect(oneLine("a\nb\r\nc")).toBe("a b  c");
  expect(oneLine("mon père")).toBe("mon père");
});
