// The Kubernetes files are valid, fit together, and their commands make the bytes of one process.
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  REDIS_MISSING,
  RedisProcess,
} from '../../packages/bert2dnn/test/jobs/faults/redis-process.js';
import {
  expandCommand,
  findSchemaErrors,
  type Manifest,
  optionOf,
  type PodSpec,
  readManifests,
} from './kubernetes-manifest.js';
import { runSome, ScoringSite, SMALL_SHARDS } from './scoring-site.js';

/** Of a worker: how long after its grace it may take to end, see `worker --help`. */
const CLOSE_SECONDS = 10;

const [claim] = readManifests('kubernetes-volume.yaml');
const [job] = readManifests('kubernetes-job.yaml');
const [workers, submission] = readManifests('kubernetes-workers.yaml');
const pods: Record<string, PodSpec> = {
  job: job.spec.template.spec,
  workers: workers.spec.template.spec,
  submission: submission.spec.template.spec,
};

describe('the schemas', () => {
  it.each([claim, job, workers, submission])('accept $kind $metadata.name', (manifest) => {
    expect(findSchemaErrors(manifest)).toEqual([]);
  });

  it.each<[string, Manifest, (manifest: Manifest) => void, string]>([
    ['an unknown member', job, ({ spec }) => Object.assign(spec, { completion: 8 }), '/spec'],
    [
      'text for a number',
      job,
      ({ spec }) => Object.assign(spec, { completions: '8' }),
      '/spec/completions',
    ],
    [
      'an action without a name',
      job,
      ({ spec }) => Object.assign(spec, { podFailurePolicy: { rules: [{}] } }),
      '/spec/podFailurePolicy/rules/0',
    ],
    [
      'a container without a name',
      job,
      ({ spec }) => deleteFrom(spec.template.spec.containers[0], 'name'),
      '/spec/template/spec/containers/0',
    ],
    [
      'a number in a command',
      workers,
      ({ spec }) => Object.assign(spec.template.spec.containers[0].command, { 1: 4 }),
      '/spec/template/spec/containers/0/command/1',
    ],
    ['no selector', workers, ({ spec }) => deleteFrom(spec, 'selector'), '/spec'],
    [
      'one access mode as text',
      claim,
      ({ spec }) => Object.assign(spec, { accessModes: 'ReadWriteMany' }),
      '/spec/accessModes',
    ],
  ])('refuse %s', (_, manifest, spoil, place) => {
    const wrong = structuredClone(manifest);
    spoil(wrong);
    const errors = findSchemaErrors(wrong);
    expect(errors.map((error) => error.slice(0, error.indexOf(':')))).toContain(place);
  });

  it('know the kind by its API', () => {
    expect(findSchemaErrors({ ...job, apiVersion: 'batch/v2' })).toEqual([
      'no schema for batch/v2 Job',
    ]);
  });
});

describe('what an API server checks beyond them', () => {
  it.each(Object.entries(pods))('%s mounts what it has', (_, pod) => {
    const names = pod.volumes.map(({ name }) => name);
    for (const { volumeMounts } of pod.containers)
      expect(volumeMounts.map(({ name }) => name).sort()).toEqual(names.sort());
    const claims = pod.volumes.flatMap(({ persistentVolumeClaim: used }) => used?.claimName ?? []);
    expect(claims).toEqual([claim.metadata.name]);
  });

  it.each(Object.entries(pods))('%s runs without rights', (_, pod) => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext } of pod.containers)
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
  });

  it.each([job, submission])(
    '$metadata.name has a failure policy that its pods allow',
    ({ spec }) => {
      const { restartPolicy, containers } = spec.template.spec;
      expect(restartPolicy).toBe('Never');
      const { rules } = spec.podFailurePolicy as {
        rules: { onExitCodes?: { containerName: string } }[];
      };
      const named = rules.flatMap(({ onExitCodes }) => onExitCodes?.containerName ?? []);
      expect(named).toEqual(containers.map(({ name }) => name));
    },
  );

  it('the selector of the Deployment finds its pods', () => {
    const { matchLabels } = workers.spec.selector as { matchLabels: Record<string, string> };
    expect(workers.spec.template.metadata?.labels).toMatchObject(matchLabels);
  });
});

describe('what bert2dnn needs of them', () => {
  it.each(Object.entries(pods))(
    '%s has as many threads as processors',
    (_, { containers: [container] }) => {
      expect(optionOf(container.command, '--threads')).toBe(container.resources.requests.cpu);
    },
  );

  it('as many indexes as parts', () => {
    const shard = optionOf(pods.job.containers[0].command, '--shard');
    expect(job.spec).toMatchObject({ completionMode: 'Indexed', backoffLimitPerIndex: 3 });
    expect(shard).toBe(`$(JOB_COMPLETION_INDEX)/${job.spec.completions}`);
  });

  it('a worker has the time that it asks for to end', () => {
    const graceSeconds = Number(optionOf(pods.workers.containers[0].command, '--grace-seconds'));
    expect(pods.workers.terminationGracePeriodSeconds).toBeGreaterThan(
      graceSeconds + CLOSE_SECONDS,
    );
  });

  it('submitter and workers use the same queue', () => {
    const queues = [pods.workers, pods.submission].map(({ containers }) =>
      optionOf(containers[0].command, '--queue'),
    );
    expect(queues[0]).toBe(queues[1]);
  });
});

describe('their commands', () => {
  let site: ScoringSite;
  let expected: Record<string, unknown>;
  beforeAll(async () => {
    site = await ScoringSite.create();
    await site.scoreAlone('alone');
    expected = await site.readScores('alone');
  });
  afterAll(() => rm(site.folder, { recursive: true }));

  /** The command of a pod, with the volume at the site and one thread. */
  const commandOf = (pod: PodSpec, environment: Record<string, string> = {}): string[] => {
    const mount = pod.containers[0].volumeMounts.find(({ name }) => name === 'shared')?.mountPath;
    const command = expandCommand(pod.containers[0].command, environment).map((argument) =>
      argument.startsWith(`${mount}/`)
        ? `${site.folder}${argument.slice(mount?.length)}`
        : argument,
    );
    command[command.indexOf('--threads') + 1] = '1';
    return command;
  };

  it('expand as the kubelet does', () => {
    const environment = { INDEX: '3' };
    expect(expandCommand(['$(INDEX)/8', '$$(INDEX)', '$(OTHER)', '$INDEX'], environment)).toEqual([
      '3/8',
      '$(INDEX)',
      '$(OTHER)',
      '$INDEX',
    ]);
  });

  it('of every index make what one process makes', async () => {
    const indexes = Array.from({ length: job.spec.completions as number }, (_, index) => index);
    const tasks = indexes.map((index) => () => {
      const environment = { JOB_COMPLETION_INDEX: String(index) };
      return site.run([...commandOf(pods.job, environment), ...SMALL_SHARDS], environment);
    });
    const runs = await runSome(tasks);
    expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual(indexes.map(() => [0, '']));
    expect(await site.readScores('scores')).toEqual(expected);
  });

  it('of workers and submitter make the same through Redis', async (context) => {
    context.skip(REDIS_MISSING !== undefined, REDIS_MISSING);
    await rm(`${site.folder}/scores`, { recursive: true, force: true });
    const redis = await RedisProcess.start();
    const atRedis = (command: string[]): string[] =>
      command.map((argument) => argument.replace('//redis:6379', `//127.0.0.1:${redis.port}`));
    const [program, ...args] = atRedis(commandOf(pods.workers));
    const worker = spawn(program, args, {
      cwd: site.folder,
      env: site.environment(),
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) =>
      worker.once('exit', (code, signal) => resolve(signal ?? code)),
    );
    try {
      const run = await site.run([...atRedis(commandOf(pods.submission)), ...SMALL_SHARDS]);
      expect([run.status, run.stdout]).toEqual([0, expect.stringContaining('19 shards scored')]);
      expect(await site.readScores('scores')).toEqual(expected);
    } finally {
      worker.kill('SIGTERM');
      expect(await ended).toBe(0);
      await redis.stop();
    }
  });
});

function deleteFrom(object: object, member: string): void {
  Reflect.deleteProperty(object, member);
}
