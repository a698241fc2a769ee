"""Checks the manifests beside this file against their schemas: pip install -r requirements.txt && python validate.py

Job, TrainJob and TrainingRuntime: the models of kubeflow_trainer_api, which are generated from the OpenAPI description of
Kubernetes and Kubeflow Trainer. A key that a model does not know is lost on the way through it, so what comes out must be
what went in. MPIJob, which no package describes in this version: give the operator's resource definition,
python validate.py kubeflow.org_mpijobs.yaml (manifests/base of kubeflow/mpi-operator).
"""
import pathlib
import sys

import jsonschema
import yaml
from kubeflow_trainer_api import models

FOLDER = pathlib.Path(__file__).parent
MODELS = {
    "Job": models.IoK8sApiBatchV1Job,
    "TrainJob": models.TrainerV1alpha1TrainJob,
    "TrainingRuntime": models.TrainerV1alpha1TrainingRuntime,
}


def lost(given, kept, path=""):
    """Paths in `given` that are not in `kept`, or not the same."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [each for key in given for each in lost(given[key], kept.get(key), f"{path}.{key}")]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return [each for i, pair in enumerate(zip(given, kept)) for each in lost(*pair, f"{path}[{i}]")]
    return [] if given == kept else [path]


def closed(schema):
    """A schema that allows no key it does not name, as a server with strict validation does."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        inner.setdefault("additionalProperties", False)
    return inner


def check(manifest, definition):
    kind = manifest["kind"]
    if kind in MODELS:
        faults = lost(manifest, MODELS[kind].from_dict(manifest).to_dict())
        if faults:
            raise SystemExit(f"{kind}: unknown {', '.join(faults)}")
        return "valid"
    if kind != "MPIJob" or definition is None:
        return "not checked"
    _, version = manifest["apiVersion"].split("/")
    [found] = [each for each in definition["spec"]["versions"] if each["name"] == version]
    schema = closed(found["schema"]["openAPIV3Schema"])
    # The server adds these to every resource.
    schema["properties"]["metadata"] = {"type": "object"}
    jsonschema.validate(manifest, schema)
    return "valid"


definition = yaml.safe_load(open(sys.argv[1])) if len(sys.argv) > 1 else None
for file in sorted(FOLDER.glob("*.yaml")):
    for manifest in yaml.safe_load_all(file.read_text()):
        print(f"{file.name}: {manifest['kind']}: {check(manifest, definition)}")
