/**
 * "An embedding vector would be copied and passed along and added after the self-attention … element-wise. If it has to be
 * downscaled, it will be downscaled": the arrow around a layer, in numbers.
 *
 *   npx tsx examples/lecture/41-copied.ts
 */
import { build } from "heed";
import { attention, Linear } from "heed/nn";
import { add, linear } from "heed/ops";
import { matrix, read } from "./numbers.ts";
import { expectation, table, vector } from "./table.ts";

const x = matrix([
  [1, 0, 2, 1],
  [0, 3, 1, 0],
]);
const z = attention(x, x, x).context; // self-attention, here with x as queries, keys and values
const sum = add(x, z);
const numbers = await read({ x, z, sum });
table(
  ["", "x, the copy", "+ attention(x)", "= what goes on"],
  [0, 1].map((i) => [`word ${i + 1}`, vector(numbers.x[i]), vector(numbers.z[i]), vector(numbers.sum[i])]),
);

const narrow = linear(
  z,
  matrix([
    [1, 0, 0, 1],
    [0, 1, 0, 1],
    [0, 0, 1, 1],
  ]),
); // [2, 3]: smaller than x
try {
  add(x, narrow);
} catch (error) {
  console.log(`\nadded as it is: ${(error as Error).message}`);
}
const down = matrix([
  [0.5, 0.5, 0, 0],
  [0, 0.5, 0.5, 0],
  [0, 0, 0.5, 0.5],
]); // a matrix, learned like any other
const fitted = await read({ small: linear(x, down), sum: add(linear(x, down), narrow) });
console.log(`\nx scaled down to 3 numbers: ${vector(fitted.small[0])}, and added: ${vector(fitted.sum[0])}`);
console.log(
  `weights of Linear(4, 3): ${[...build(Linear(4, 3)).parameters.values()].map(({ spec }) => `[${spec.shape}]`).join(" and ")}`,
);
expectation(
  "every number of the copy is added to the number at its place. Different sizes are refused; a learned\n" +
    "matrix scales one of them. In a Transformer all sizes are d_model, so that the copy always fits.",
);
