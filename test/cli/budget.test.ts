/** `--budget`: times as people write them. */
import { expect, test } from "vitest";
import { minutesOf } from "../../src/cli/budget.ts";

test.each([
  ["90s", 1.5],
  ["10m", 10],
  ["1.5h", 90],
])("%s is %d minutes", (text, minutes) => {
  expect(minutesOf(text)).toBe(minutes);
});

test.each(["", "10", "m", "0m", "-1m", "1e3m", "ten minutes", "10 m", "Infinitym"])(
  "%j is refused",
  (text) => {
    expect(() => minutesOf(text)).toThrow(/is not a time; write it as 90s, 10m or 1.5h/);
  },
);
