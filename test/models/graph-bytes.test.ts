import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { graphBytes } from "./graph-bytes.ts";

const file = new URL("../golden/graph-bytes/graphs.json", import.meta.url);

test("graphs of training and decoding are the same to the byte, whatever can be asked of them", async () => {
  expect(await graphBytes()).toEqual(JSON.parse(readFileSync(file, "utf8")));
});
