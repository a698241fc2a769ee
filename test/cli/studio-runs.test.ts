/** What `heed studio PATH…` serves: runs, and the runs in a folder of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { namedRuns } from "../../src/cli/studio-runs.ts";
import { openStudioServer } from "../../src/cli/studio-server.ts";
import { encodeSafetensors } from "../../src/formats/safetensors.ts";
import { errorOf, folder, heed } from "./heed.ts";

const { path } = folder();
const put = (file: string, text: string | Uint8Array = "{}"): void => {
  mkdirSync(join(path, file, ".."), { recursive: true });
  writeFileSync(join(path, file), text);
};
const named = (...paths: string[]): object =>
  Object.fromEntries(
    [...namedRuns(paths.map((each) => join(path, each)))].map(([name, directory]) => [
      name,
      directory.slice(path.length + 1),
    ]),
  );

beforeAll(() => {
  for (const run of ["heads=10/seed=1", "heads=2/seed=1", "going"]) put(`sweep/${run}/metrics.jsonl`, "");
  put("sweep/heads=2/seed=1/config.yaml");
  put("sweep/heads=2/seed=1/model.safetensors");
  put("sweep/secret.json", "secret");
  put("other/heads=2/seed=1/metrics.jsonl", "");
  put("other/heads=2/odd name/metrics.jsonl", "");
  const weights = encodeSafetensors(new Map());
  put("foreign/config.json", '{ "model_type": "t5" }');
  put("foreign/model.safetensors", weights);
  put("pickled/config.json", '{ "model_type": "bert" }');
  put("pickled/pytorch_model.bin", "pickle");
  mkdirSync(join(path, "empty"));
});

test("a folder of runs gives each by its path in it, in order", () => {
  expect(named("sweep")).toEqual({
    going: "sweep/going",
    "heads=2/seed=1": "sweep/heads=2/seed=1",
    "heads=10/seed=1": "sweep/heads=10/seed=1",
  });
  expect(Object.keys(named("sweep"))).toEqual(["going", "heads=2/seed=1", "heads=10/seed=1"]);
});

test("several folders keep their names apart, and names can stand in an address", () => {
  expect(named("other", "other", "sweep/going")).toEqual({
    "other/heads=2/odd_name": "other/heads=2/odd name",
    "other/heads=2/seed=1": "other/heads=2/seed=1",
    "other/heads=2/odd_name-2": "other/heads=2/odd name",
    "other/heads=2/seed=1-2": "other/heads=2/seed=1",
    going: "sweep/going",
  });
});

test.each([
  [
    "empty",
    66,
    /empty: is no run and holds none; give a folder that `heed train --run` or `heed export` wrote/,
  ],
  ["absent", 66, /absent: cannot be read \(ENOENT\)/],
  [
    "foreign",
    66,
    /foreign: has no tokenizer\.json; give a folder with config\.json, tokenizer\.json and model/,
  ],
  ["pickled", 65, /pytorch_model\.bin: is not safetensors, .*; convert to safetensors/],
])("what is no run is refused in one line: %s", async (name, status, text) => {
  const result = await heed(["studio", join(path, name), "--no-open"]);
  expect([result.status, result.stdout]).toEqual([status, ""]);
  expect(errorOf(result)).toMatch(text);
});

test("the server gives what runs wrote down, under names with slashes, and nothing beside them", async () => {
  put("page/index.html", "page");
  put("page/models.json", '["phrasebook"]');
  const runs = namedRuns([join(path, "sweep")]);
  const server = await openStudioServer({ page: join(path, "page"), runs, port: 0 });
  const get = async (address: string): Promise<unknown> => {
    const response = await fetch(`${server.address}${address}`);
    return response.ok ? response.text() : response.status;
  };
  const name = encodeURIComponent("heads=2/seed=1");
  try {
    expect(JSON.parse(String(await get("models.json")))).toEqual(["heads=2/seed=1", "phrasebook"]);
    const listed = JSON.parse(String(await get("runs.json"))) as { name: string; files: string[] }[];
    expect(listed.map((run) => run.name)).toEqual([...runs.keys()]);
    expect(listed[1]?.files.toSorted()).toEqual(["config.yaml", "metrics.jsonl", "model.safetensors"]);
    expect(await get(`models/${name}/config.yaml`)).toBe("{}");
    for (const outside of ["heads=2", "", ".", "..", `${name}/..`, "going/.."])
      expect(await get(`models/${outside}/secret.json`), outside).toBe(404);
    expect(await get(`models/${name}/${encodeURIComponent("../../secret.json")}`)).toBe(404);
  } finally {
    await server.close();
  }
});
