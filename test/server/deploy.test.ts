/** What is in deploy/serve is what its readers accept, and says what the command understands. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { flagOf } from "../../src/cli/command.ts";
import serve from "../../src/cli/commands/serve.ts";

const deploy = join(import.meta.dirname, "../../deploy/serve");
const read = (name: string): string => readFileSync(join(deploy, name), "utf8");
const isThere = (command: string): boolean => spawnSync(command, ["--help"]).error === undefined;
// biome-ignore lint/suspicious/noExplicitAny: manifests of several kinds
const manifests: any[] = parseAllDocuments(read("kubernetes.yaml")).map((each) => each.toJS());
const named = (kind: string) => manifests.find((each) => each.kind === kind);

test("the Containerfile has no problem that its language server knows", () => {
  const problems = validate(read("Containerfile"));
  expect(problems).toEqual([]);
});

test("its options, the manifests' and the unit's exist", () => {
  const known = Object.keys(serve.options).map(flagOf);
  const all = ["Containerfile", "kubernetes.yaml", "heed.service"].map((name) =>
    read(name)
      .split("\n")
      .filter((line) => !/^#|npm |HEALTHCHECK/.test(line))
      .join("\n"),
  );
  const used = all.flatMap((text) => text.match(/(?<=[\s"])--[a-z][a-z-]+/g) ?? []);
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((flag) => !known.includes(flag))).toEqual([]);
});

test("the manifests belong together: labels, ports, probes, and time to drain", () => {
  const { spec } = named("Deployment");
  const [container] = spec.template.spec.containers;
  const labels = spec.template.metadata.labels;
  for (const selector of [
    spec.selector.matchLabels,
    named("Service").spec.selector,
    named("PodDisruptionBudget").spec.selector.matchLabels,
  ])
    expect(labels).toMatchObject(selector);
  const ports = container.ports.map(({ name }: { name: string }) => name);
  expect(ports).toContain(named("Service").spec.ports[0].targetPort);
  expect(container.readinessProbe.httpGet).toEqual({ path: "/ready", port: "internal" });
  expect(container.livenessProbe.httpGet).toEqual({ path: "/health", port: "internal" });
  const drain = Number(container.args[container.args.indexOf("--drain") + 1]);
  expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
    drain + Number(serve.options.timeout?.default),
  );
  expect(named("HorizontalPodAutoscaler").spec.metrics[0].pods.metric.name).toBe("heed_queue_texts");
});

const systemd = isThere("systemd-analyze");
test.skipIf(!systemd)(`systemd accepts the unit (skipped without systemd-analyze: ${!systemd})`, () => {
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", join(deploy, "heed.service")], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
});
