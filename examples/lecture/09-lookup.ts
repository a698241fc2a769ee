/**
 * "A key word representing the document … the document would be the value": a library with three documents. The query asks
 * "is there anybody like me?", every key answers, and what comes back is a mixture of documents.
 *
 *   npx tsx examples/lecture/09-lookup.ts
 */
import { attention } from "heed/nn";
import { matrix, read } from "./numbers.ts";
import { expectation, fixed, table } from "./table.ts";

//                  language  animals  cooking
const keys = matrix([
  [1, 0, 0], // a paper about language
  [0, 1, 0], // a book about cats
  [0, 0, 1], // a recipe
]);
const values = matrix([
  [100, 1],
  [200, 2],
  [300, 3],
]);
const queries = {
  "animals, please": [0, 1, 0],
  "cats that cook": [0, 1, 1],
  "anything at all": [0, 0, 0],
};

// The sharpness is the factor on the scores: the surer the match, the more the answer is one document.
const rows: string[][] = [];
for (const sharpness of [1, 4, 100]) {
  const { context, weights } = attention(matrix(Object.values(queries)), keys, values, { scale: sharpness });
  const numbers = await read({ context, weights });
  for (const [i, name] of Object.keys(queries).entries()) {
    const [answer = [], row = []] = [numbers.context[i], numbers.weights[i]];
    rows.push([name, `${sharpness}`, ...row.map(fixed), ...answer.map(fixed)]);
  }
}
table(["query", "sharpness", "paper", "cats", "recipe", "v[0]", "v[1]"], rows);
expectation(
  "with sharpness 100 a query that matches one key brings back that document, as a dictionary does;\n" +
    "one that matches two brings back their mean; one that matches none, the mean of all: nobody is refused.",
);
