/**
 * "z1 is the information in word one, plus which other words I'm related to, mixed in and shrunk": what each word adds to z1,
 * as bars that sum to 1.
 *
 *   npx tsx examples/lecture/14-mixed-in.ts
 */
import { learn, lookInto } from "./learn.ts";
import { headOf } from "./numbers.ts";
import { bar, expectation, fixed, table } from "./table.ts";

const look = await lookInto(await learn());
const source = "We see the green car.";
const place = "encoder.0.attention";
const { taps } = await look.run(
  { source, target: "" },
  { taps: [`${place}.weights`, `${place}.values`, `${place}.heads`, `${place}Residual.*`] },
);
look.close();
const tokens = taps.get(`${place}.weights`)?.axes[2]?.tokens?.reads ?? [];
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, d) => sum + x * (b[d] ?? 0), 0);

for (const head of [0, 1]) {
  const [weights = []] = headOf(taps.get(`${place}.weights`), head); // a11, a12, …
  const values = headOf(taps.get(`${place}.values`), head);
  const [z = []] = headOf(taps.get(`${place}.heads`), head); // z1 = a11 v1 + a12 v2 + …
  const rows = values.map((v, j) => {
    const share = ((weights[j] ?? 0) * dot(v, z)) / dot(z, z); // of the length of z1
    return [
      tokens[j] ?? "",
      fixed(weights[j] ?? 0),
      fixed(share),
      ((share < 0 ? "-" : "") + bar(share)).padEnd(30),
    ];
  });
  const total = rows.reduce((sum, [, , share]) => sum + Number(share), 0);
  table([`z1, head ${head}`, "a1j", "share", ""], [...rows, ["together", "1.00", fixed(total)]]);
  console.log();
}
const [added = []] = headOf(taps.get(`${place}Residual.sublayer`));
const [sum = []] = headOf(taps.get(`${place}Residual.sum`));
const x = sum.map((value, d) => value - (added[d] ?? 0));
console.log(`|x1| = ${fixed(Math.hypot(...x))}, |what attention adds| = ${fixed(Math.hypot(...added))}`);
expectation(
  "z1 is a sum over all words, each reduced by its weight: the shares are how far each one carries z1 along\n" +
    "its own direction, negative where a word pulls back. Word 1 itself goes around and is added (row 41).",
);
