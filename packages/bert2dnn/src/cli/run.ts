// What `run` prints: each stage, whether it was fresh, how long it took.
import { formatDuration } from '../foundation/progress.js';
import { runVerb } from '../pipeline/verbs/run.js';
import { createCommand } from './command.js';
import { formatTable } from './terminal.js';

export const runCommand = () =>
  createCommand({
    verb: runVerb,
    positional: { config: '<config>' },
    print(result, line) {
      const rows = result.stages.map((stage) => [
        stage.stage,
        stage.verb,
        stage.status,
        formatDuration(stage.seconds),
      ]);
      for (const text of formatTable(['stage', 'verb', 'status', 'time'], rows)) line(text);
    },
  });
