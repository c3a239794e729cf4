// `npm run bench`: lists the benchmarks; `npm run bench -- NAME [options]` runs one. No result is tested here.
import { cpus, totalmem } from 'node:os';

const BENCHMARKS = {
  autodiff:
    'products, the MLP step of a student and an encoder layer, forward and backward; beside PyTorch if BERT2DNN_PYTHON has it',
  teacher:
    "MiniLM-L6's shape: whole training steps and scoring, the parts of a step, memory; beside PyTorch if BERT2DNN_PYTHON has it",
  tokenizer:
    'texts a second of each kind of tokenizer on the data of BERT2DNN_SHARED; beside Hugging Face if BERT2DNN_PYTHON has it',
  optimizers: 'AdamW and clipping on 22.7 M values, WebAssembly beside plain TypeScript',
  latency:
    'text to score: a student beside teachers of the shapes of BERT-Base, MiniLM-L6 and TinyBERT-4',
};

const [name, ...options] = process.argv.slice(2);
if (name === undefined || !(name in BENCHMARKS)) {
  if (name !== undefined) console.error(`bench: no benchmark "${name}"`);
  for (const [key, text] of Object.entries(BENCHMARKS))
    console.log(`npm run bench -- ${key.padEnd(10)} ${text}`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${cpu.model} x ${cpus().length}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`,
  );
  const { run } = await import(`./${name}.mjs`);
  await run(options);
}
