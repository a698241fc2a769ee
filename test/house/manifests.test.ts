/** Manifests in deploy/ have only what Kubernetes, Kubeflow Trainer and the MPI Operator know (test/golden/kubernetes). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

const root = join(import.meta.dirname, "../..");
const { kinds, definitions } = JSON.parse(
  readFileSync(join(root, "test/golden/kubernetes/schemas.json"), "utf8"),
) as { kinds: Readonly<Record<string, object>>; definitions: object };
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
const validators = new Map(
  Object.entries(kinds).map(([kind, schema]) => [kind, ajv.compile({ ...schema, definitions })]),
);
const folders = ["deploy/kubernetes", "deploy/serve"];
const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${folder}/${name}`),
);

/** What is wrong with the manifests of a text, and where. */
function faults(text: string): string[] {
  return parseAllDocuments(text).flatMap((document) => {
    const manifest = document.toJS() as { readonly apiVersion: string; readonly kind: string };
    const name = `${manifest.apiVersion} ${manifest.kind}`;
    const validate = validators.get(name);
    if (!validate) return [`${name} is unknown`];
    validate(manifest);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [manifest.kind, instancePath, message, params.additionalProperty].filter(Boolean).join(" "),
    );
  });
}

test.each(files)("%s", (file) => {
  expect(faults(readFileSync(join(root, file), "utf8"))).toEqual([]);
});

test.each([
  ["kubernetes/translate-job.yaml", "backoffLimitPerIndex:", "backoffLimitPerindex:", "Job /spec"],
  ["kubernetes/translate-job.yaml", "batch/v1", "batch/v2", "batch/v2 Job is unknown"],
  ["kubernetes/translate-job.yaml", "completions: 8", "completions: eight", "Job /spec/completions"],
  ["kubernetes/translate-job.yaml", "mountPath:", "path:", "Job /spec/template/spec/containers/0"],
  ["serve/kubernetes.yaml", "readinessProbe:", "readynessProbe:", "Deployment /spec/template/spec/"],
  ["serve/kubernetes.yaml", "targetPort:", "containerPort:", "Service /spec/ports/0"],
  [
    "serve/kubernetes.yaml",
    "averageValue:",
    "average:",
    "HorizontalPodAutoscaler /spec/metrics/0/pods/target",
  ],
  ["serve/kubernetes.yaml", "minAvailable:", "minimum:", "PodDisruptionBudget /spec"],
  ["kubernetes/train-job.yaml", "numNodes:", "nodes:", "TrainJob /spec/trainer"],
  ["kubernetes/train-job.yaml", "runtimeRef:", "runtime:", "TrainJob /spec must have required"],
  ["kubernetes/training-runtime.yaml", "numProcPerNode:", "slots:", "TrainingRuntime /spec/mlPolicy/mpi"],
  [
    "kubernetes/training-runtime.yaml",
    "tcpSocket:",
    "tcp:",
    "TrainingRuntime /spec/template/spec/replicatedJobs/0/template/spec/template/spec/containers/0/readinessProbe",
  ],
  ["kubernetes/mpi-job.yaml", "slotsPerWorker:", "slots:", "MPIJob /spec"],
  ["kubernetes/mpi-job.yaml", "OpenMPI", "OpenMP", "MPIJob /spec/mpiImplementation"],
  ["kubernetes/mpi-job.yaml", "claimName:", "claim:", "MPIJob /spec/mpiReplicaSpecs/Launcher/template/spec"],
])("%s with %s %s is caught", (file, right, wrong, fault) => {
  const text = readFileSync(join(root, "deploy", file), "utf8");
  expect(text).toContain(right);
  const found = faults(text.replaceAll(right, wrong));
  expect(
    found.some((each) => each.startsWith(fault)),
    found.join("\n"),
  ).toBe(true);
});
