// Any scorer behind HTTP: a model folder opened with `openScorer`, or an object of your own, as here.
import { startServer } from 'bert2dnn';

/** Scores by the share of the query's words that the title has. */
const scorer = {
  name: 'words',
  kind: 'baseline',
  fields: ['query', 'title'],
  numOutputs: 1,
  temperature: 1,
  calibrated: false,
  logits: ([queries, titles]) =>
    Float32Array.from(queries, (query, row) => {
      const words = query.split(' ');
      const found = words.filter((word) => titles[row].split(' ').includes(word));
      return (4 * found.length) / words.length - 2;
    }),
  release: async () => undefined,
};

const server = await startServer({ models: [{ name: 'words', scorer }], port: 0 });
const post = async (body) => {
  const answer = await fetch(`${server.url}/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  console.log(answer.status, await answer.json());
};
await post({ query: 'red shoe', title: 'red running shoe' });
await post({
  pairs: [
    { query: 'red shoe', title: 'lamp' },
    { query: 'red shoe', title: 'red lamp' },
  ],
});
await post({ query: 'red shoe', titel: 'red lamp' });
await server.close();
