"""Writes schemas.json: what a server accepts of the kinds of resources in deploy/, by version and kind, and definitions that they share.

    pip install -r requirements.txt && python make.py

Kubernetes' kinds are its own OpenAPI description (Apache-2.0), as kubernetes-validate carries it, in the strict form, which
knows no further keys. TrainJob and TrainingRuntime: the models of kubeflow_trainer_api (Apache-2.0), which are generated from
the OpenAPI description of Kubeflow Trainer; what they have of Kubernetes is replaced by its own. MPIJob, which no package
describes in this version: its fields, below, as in the definition that the MPI Operator installs
(manifests/base/kubeflow.org_mpijobs.yaml of kubeflow/mpi-operator, Apache-2.0), without status. Descriptions and defaults
are left out.
"""
import json
import pathlib
import re

import kubernetes_validate
from kubeflow_trainer_api import models

KUBERNETES = "v1.35.0-local-strict"
KINDS = {
    "apps/v1 Deployment": "io.k8s.api.apps.v1.Deployment",
    "autoscaling/v2 HorizontalPodAutoscaler": "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
    "batch/v1 Job": "io.k8s.api.batch.v1.Job",
    "policy/v1 PodDisruptionBudget": "io.k8s.api.policy.v1.PodDisruptionBudget",
    "v1 Service": "io.k8s.api.core.v1.Service",
}
TRAINER = {"TrainJob": models.TrainerV1alpha1TrainJob, "TrainingRuntime": models.TrainerV1alpha1TrainingRuntime}
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

string, boolean, integer = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}


def fields(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def ref(name):
    return {"$ref": f"#/definitions/{name}"}


MPI_JOB = fields(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "kubeflow.org/v2beta1"},
    kind={"const": "MPIJob"},
    metadata=ref(OBJECT_META),
    spec=fields(
        ["mpiReplicaSpecs"],
        launcherCreationPolicy=string,
        mpiImplementation={"enum": ["OpenMPI", "Intel", "MPICH"]},
        mpiReplicaSpecs={
            "type": "object",
            "additionalProperties": fields(
                replicas=integer, restartPolicy=string, template=ref("io.k8s.api.core.v1.PodTemplateSpec")
            ),
        },
        runLauncherAsWorker=boolean,
        runPolicy=fields(
            activeDeadlineSeconds=integer,
            backoffLimit=integer,
            cleanPodPolicy=string,
            managedBy=string,
            schedulingPolicy=fields(
                minAvailable=integer,
                minResources={"type": "object"},
                priorityClass=string,
                queue=string,
                scheduleTimeoutSeconds=integer,
            ),
            suspend=boolean,
            ttlSecondsAfterFinished=integer,
        ),
        slotsPerWorker=integer,
        sshAuthMountPath=string,
    ),
)


def plain(schema):
    """Without what is for people, and without null, which nobody writes."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"]}
    for key in ("anyOf", "oneOf"):
        choices = [each for each in schema.get(key, []) if each != {"type": "null"}]
        if len(choices) == 1:
            return plain(choices[0])
    kept = {}
    for key, value in schema.items():
        if key in ("description", "title", "default", "$schema") or key.startswith("x-kubernetes"):
            continue
        if key == "type" and isinstance(value, list):
            value = [each for each in value if each != "null"]
            value = value[0] if len(value) == 1 else value
        if key == "properties":
            value = {name: plain(each) for name, each in value.items()}
        elif key == "enum":
            value = [each for each in value if each is not None]
        else:
            value = plain(value)
        kept[key] = value
    return kept


folder = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / KUBERNETES
everything = json.loads((folder / "_definitions.json").read_text())
definitions = {name: plain(schema) for name, schema in everything["$defs"].items()}
# "IoK8sApiCoreV1PodSpec" is a model's name for io.k8s.api.core.v1.PodSpec.
own_names = {name.replace(".", "").lower(): name for name in definitions}
kinds = {kind: ref(name) for kind, name in KINDS.items()}
for kind, model in TRAINER.items():
    described = model.model_json_schema(by_alias=True)
    for name, schema in described.pop("$defs").items():
        if name.lower() not in own_names:
            definitions[name] = {**plain(schema), "additionalProperties": False}
    definitions[kind] = {**plain(described), "additionalProperties": False}
    kinds[f"trainer.kubeflow.org/v1alpha1 {kind}"] = ref(kind)
definitions["MPIJob"] = MPI_JOB
kinds["kubeflow.org/v2beta1 MPIJob"] = ref("MPIJob")



def names(schema):
    """Definitions that a schema refers to."""
    return re.findall(r'"\$ref": "[^"]*/([^"/]+)"', json.dumps(schema))


used, waiting = {}, [name for schema in kinds.values() for name in names(schema)]
while waiting:
    name = waiting.pop()
    name = own_names.get(name.lower(), name)
    if name in used:
        continue
    used[name] = definitions[name]
    waiting += names(definitions[name])


def own(schema):
    """With the names of `definitions` in references."""
    text = json.dumps(schema, separators=(",", ":"))
    return re.sub(
        r'"\$ref":"[^"]*/([^"/]+)"',
        lambda found: f'"$ref":"#/definitions/{own_names.get(found[1].lower(), found[1])}"',
        text,
    )


# One definition a line: changes are seen.
rows = ",\n".join(f'    "{name}": {own(schema)}' for name, schema in sorted(used.items()))
pathlib.Path(__file__).with_name("schemas.json").write_text(
    f'{{\n  "kinds": {own(kinds)},\n  "definitions": {{\n{rows}\n  }}\n}}\n'
)
