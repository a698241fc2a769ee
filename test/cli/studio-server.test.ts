/** What the studio's server gives of a run: the files that a page needs, and no others. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudioServer } from "../../src/cli/studio-server.ts";

const folder = mkdtempSync(join(tmpdir(), "heed-studio-"));
const run = join(folder, "runs", "mine");
let server: Awaited<ReturnType<typeof openStudioServer>>;

const put = (path: string, content: string): void => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
};

beforeAll(async () => {
  put("page/index.html", "the page");
  put("runs/secret.json", "secret");
  for (const name of ["config.yaml", "model.safetensors", "notes.md", "checkpoints.json"])
    put(`runs/mine/${name}`, name);
  for (const step of ["step-00000040", "step-00000080"])
    for (const name of ["model.safetensors", "optimizer.safetensors", "state.json"])
      put(`runs/mine/checkpoints/${step}/${name}`, `${step} ${name}`);
  put("runs/mine/checkpoints/.step-00000120.tmp/model.safetensors", "half");
  put("runs/mine/other/step-00000040/model.safetensors", "other");
  server = await openStudioServer({ page: join(folder, "page"), runs: new Map([["mine", run]]), port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** As it stands: `fetch` would take `..` out of an address. */
function get(path: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const { port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    })
      .on("error", reject)
      .end();
  });
}

test("a run's files are listed, with the weights of its checkpoints in order of step", async () => {
  const { body } = await get("/models/mine/files.json");
  expect((JSON.parse(body) as string[]).toSorted()).toEqual([
    "checkpoints.json",
    "checkpoints/step-00000040/model.safetensors",
    "checkpoints/step-00000080/model.safetensors",
    "config.yaml",
    "model.safetensors",
  ]);
});

test("the weights of a checkpoint are sent", async () => {
  expect(await get("/models/mine/checkpoints/step-00000040/model.safetensors")).toEqual({
    status: 200,
    body: "step-00000040 model.safetensors",
  });
});

test.each([
  "/models/mine/notes.md",
  "/models/mine/checkpoints/step-00000040/optimizer.safetensors",
  "/models/mine/checkpoints/step-00000040/state.json",
  "/models/mine/checkpoints/step-00000160/model.safetensors",
  "/models/mine/checkpoints/step-00000040",
  "/models/mine/checkpoints/.step-00000120.tmp/model.safetensors",
  "/models/mine/checkpoints/step-00000040/../../config.yaml/x",
  "/models/mine/checkpoints/step-00000040%2f..%2f..%2f..%2fsecret.json",
  "/models/mine/other/step-00000040/model.safetensors",
  "/models/mine/../secret.json",
  "/models/mine/..%2fsecret.json",
  "/models/mine/%2e%2e/secret.json",
  "/models/mine/..%5csecret.json",
  "/models/mine/config.yaml%00",
  "/models/mine/checkpoints/step-1%0a/model.safetensors",
  "/models/other/config.yaml",
  "/../runs/secret.json",
])("nothing else is: %s", async (path) => {
  const { status, body } = await get(path);
  expect([status, body]).toEqual([404, "404\n"]);
});
