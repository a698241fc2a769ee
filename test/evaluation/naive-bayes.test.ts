import { expect, test } from "vitest";
import { naiveBayes } from "../../bench/classification/naive-bayes.ts";

/** Table 13.1 of Manning, Raghavan & Schütze 2008: is a document about China? */
const answer = naiveBayes([
  { label: "yes", text: "Chinese Beijing Chinese" },
  { label: "yes", text: "Chinese Chinese Shanghai" },
  { label: "yes", text: "Chinese Macao" },
  { label: "no", text: "Tokyo Japan Chinese" },
]);

test("naive Bayes answers as the textbook's example does", () => {
  // 3/4 · (3/7)³ · (1/14)² = 0.0003 against 1/4 · (2/9)³ · (2/9)² = 0.0001
  expect(answer("Chinese Chinese Chinese Tokyo Japan")).toBe("yes");
  // 3/4 · (1/14)² = 0.004 against 1/4 · (2/9)² = 0.012
  expect(answer("Tokyo Japan")).toBe("no");
});

test("naive Bayes passes over words it has never seen, and then goes by how frequent labels are", () => {
  expect(answer("Tokyo Japan Paris Paris Paris")).toBe("no");
  expect(answer("Paris")).toBe("yes");
});
