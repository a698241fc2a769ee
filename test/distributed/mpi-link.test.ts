/** What a sum costs on a network, counted where it leaves a host. */
import { describe, expect, test } from "vitest";
import { absentHosts, overLink } from "./two-hosts.ts";

const absent = absentHosts();

describe.skipIf(absent)(`two hosts${absent ? ` (skipped: ${absent})` : ""}`, () => {
  test.each([
    { wire: "float32", each: 4 },
    { wire: "bfloat16", each: 2 },
  ])("$wire: a rank sends 2(n-1)/n times the numbers, within 2 %", async ({ wire, each }) => {
    const [numbers, times, n] = [8e6, 3, 2];
    const { bytes } = await overLink("0", { numbers, times, wire });
    const expected = ((2 * (n - 1)) / n) * each * numbers * times;
    expect(bytes.length).toBe(2);
    for (const sent of bytes) expect(Math.abs(sent / expected - 1)).toBeLessThan(0.02);
  });
});
