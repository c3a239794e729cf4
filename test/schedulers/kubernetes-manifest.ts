// The Kubernetes files of examples/schedulers as a cluster sees them: documents checked by the JSON schema of their kind,
// and the command that a pod runs. Not a cluster: what only an API server knows is asserted in the test.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';

/** A container, as far as the tests look at it. */
export interface Container {
  name: string;
  command: string[];
  env?: { name: string }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
  volumeMounts: { name: string; mountPath: string }[];
}

/** A pod, as far as the tests look at it. */
export interface PodSpec {
  restartPolicy?: string;
  terminationGracePeriodSeconds: number;
  securityContext: Record<string, unknown>;
  containers: Container[];
  volumes: { name: string; persistentVolumeClaim?: { claimName: string } }[];
}

/** One document of a file, as far as the tests look at it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: Record<string, unknown> & {
    template: { metadata?: { labels: Record<string, string> }; spec: PodSpec };
  };
}

/** Reads a file of examples/schedulers. @throws what the YAML parser finds wrong, duplicate keys included. */
export function readManifests(file: string): Manifest[] {
  const url = new URL(`../../examples/schedulers/${file}`, import.meta.url);
  return parseAllDocuments(readFileSync(url, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

const SCHEMAS = JSON.parse(
  readFileSync(new URL('../golden/kubernetes-schemas.json', import.meta.url), 'utf8'),
) as { kinds: Record<string, object>; $defs: object };

/** What the schema of its kind finds wrong in a document: `place: reason`. */
export function findSchemaErrors(manifest: Manifest): string[] {
  const schema = SCHEMAS.kinds[`${manifest.apiVersion} ${manifest.kind}`];
  if (schema === undefined) return [`no schema for ${manifest.apiVersion} ${manifest.kind}`];
  // The formats (int32, date-time) are OpenAPI's; Ajv knows none of them.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, $defs: SCHEMAS.$defs });
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/**
 * A container's command with `$(NAME)` replaced, as the kubelet does it: unknown names stay, `$$(NAME)` is a literal.
 * Source: kubernetes.io, "Define a command and arguments for a container".
 */
export function expandCommand(
  command: readonly string[],
  environment: Record<string, string>,
): string[] {
  return command.map((argument) =>
    argument.replace(/(\$?)\$\(([A-Za-z_][\w.-]*)\)/g, (whole, dollar: string, name: string) =>
      dollar === '$' ? whole.slice(1) : (environment[name] ?? whole),
    ),
  );
}

/** The value behind an option of a command. @throws RangeError if it is not there. */
export function optionOf(command: readonly string[], option: string): string {
  const index = command.indexOf(option);
  if (index < 0) throw new RangeError(`${command.join(' ')}: no ${option}`);
  return command[index + 1];
}
