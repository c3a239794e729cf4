// What `serve` prints; SIGINT and SIGTERM let it finish what is under way.
import { serveVerb } from '../pipeline/verbs/serve.js';
import { closeOnSignal } from './close-on-signal.js';
import { createCommand } from './command.js';

export const serveCommand = () =>
  createCommand({
    verb: serveVerb,
    print(result, line) {
      line(`serving ${result.models.join(', ')} at ${result.url}`);
      line(`try: curl -s ${result.url}/health`);
    },
    started: (result) => closeOnSignal(result),
  });
