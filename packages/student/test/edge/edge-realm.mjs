// A realm like an edge runtime's: the language, a handful of web APIs, no Node, no code and no WebAssembly from bytes. The
// package is there as its modules for browsers.
// Run with --experimental-vm-modules: `edge-realm.mjs STUDENT_MODULE MODEL`, the code of an edge module on stdin; it is
// given one request after another, and their answers are printed as JSON.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, SourceTextModule } from 'node:vm';

const [studentPath, modelPath] = process.argv.slice(2);
const code = readFileSync(0, 'utf8');
const requests = [{ query: 'red drill', title: 'Red Drill 12V' }, ['crème', 'Crème brûlée 0.75in']];

const context = createContext(
  { TextDecoder, TextEncoder, URL, Response, crypto },
  { codeGeneration: { strings: false, wasm: false } },
);

async function link(source, identifier, find) {
  const importModuleDynamically = (name) => {
    const file = join(dirname(studentPath), name);
    return link(readFileSync(file, 'utf8'), name, () => student);
  };
  const options = { context, identifier, importModuleDynamically };
  const module = new SourceTextModule(source, options);
  await module.link(find);
  await module.evaluate();
  return module;
}

const refuse = (name) => {
  throw new Error(`edge: no module ${name}`);
};
const student = await link(readFileSync(studentPath, 'utf8'), 'student', refuse);
const worker = await link(code, 'worker', (name) =>
  name === '@bert2dnn/student' ? student : refuse(name),
);
const bytes = readFileSync(modelPath);
const env = { ASSETS: { fetch: async () => new Response(bytes) } };
const answers = [];
for (const request of requests) {
  const response = await worker.namespace.default.fetch({ json: async () => request }, env);
  answers.push(await response.json());
}
console.log(JSON.stringify({ requests, answers }));
