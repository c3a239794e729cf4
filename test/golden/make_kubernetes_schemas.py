"""Cuts the JSON schemas of a few Kubernetes kinds out of kubernetes-validate, with what they refer to.

    pip download --no-deps kubernetes-validate==1.37.0
    python make_kubernetes_schemas.py kubernetes_validate-1.37.0-py3-none-any.whl

Descriptions and extension keywords are left out; nothing else is changed. The schemas are the `local-strict` ones,
which refuse unknown fields. Kubernetes and kubernetes-validate are under Apache-2.0.
"""
import json
import pathlib
import sys
import zipfile

KUBERNETES = "1.33.0"
KINDS = {
    "batch/v1 Job": "job-batch-v1",
    "apps/v1 Deployment": "deployment-apps-v1",
    "v1 PersistentVolumeClaim": "persistentvolumeclaim-v1",
}
LOCAL = "#/$defs/"


def strip(node, is_properties=False):
    """Without descriptions and x- keywords; references made local."""
    if isinstance(node, list):
        return [strip(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for name, value in node.items():
        is_note = name in ("description", "$schema", "$id") or name.startswith("x-")
        if not is_properties and is_note:
            continue
        if not is_properties and name == "$ref":
            assert LOCAL in value, value
            value = value[value.index(LOCAL):]
        kept[name] = strip(value, name == "properties" and not is_properties)
    return kept


def references(node):
    """Names of the definitions that a schema refers to."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref" and isinstance(value, str):
                yield value[len(LOCAL):]
            else:
                yield from references(value)


def main(wheel_path):
    wheel = zipfile.ZipFile(wheel_path)
    folder = f"kubernetes_validate/kubernetes-json-schema/v{KUBERNETES}-local-strict/"

    def read(name):
        return json.loads(wheel.read(f"{folder}{name}.json"))

    definitions = read("_definitions")["$defs"]
    kinds = {kind: strip(read(name)) for kind, name in KINDS.items()}
    defs, waiting = {}, [name for schema in kinds.values() for name in references(schema)]
    while waiting:
        name = waiting.pop()
        if name not in defs:
            defs[name] = strip(definitions[name])
            waiting.extend(references(defs[name]))
    source = {
        "what": f"JSON schemas of Kubernetes {KUBERNETES}, local-strict, without descriptions",
        "package": "kubernetes-validate 1.37.0 (PyPI)",
        "licence": "Apache-2.0 (Kubernetes; kubernetes-validate, (C) 2018 Will Thames)",
        "madeBy": "make_kubernetes_schemas.py",
    }
    lines = [f'"source": {json.dumps(source)}']
    for title, table in (("kinds", kinds), ("$defs", defs)):
        rows = [f"{json.dumps(name)}: {json.dumps(table[name], separators=(',', ':'))}" for name in sorted(table)]
        lines.append(f'"{title}": {{\n' + ",\n".join(rows) + "\n}")
    path = pathlib.Path(__file__).with_name("kubernetes-schemas.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main(sys.argv[1])
