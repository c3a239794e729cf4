// `npm run bench`: lists the benchmarks; `npm run bench -- NAME [options]` runs one. No result is tested here.
import { cpus, totalmem } from 'node:os';

const BENCHMARKS = {
  autodiff:
    'products, the MLP step of a student and an encoder layer, forward and backward; beside PyTorch if BERT2DNN_PYTHON has it',
  teacher:
    "MiniLM-L6's shape: whole training steps and scoring, the parts of a step, memory; beside PyTorch if BERT2DNN_PYTHON has it",
  student:
    "a student's reference step, examples a second beside PyTorch if BERT2DNN_PYTHON has it; its parts; words a second from text to ids",
  scoring:
    'pairs a second from file to Parquet, float32 and int8, beside ONNX Runtime alone, padding and transformers; memory',
  tokenizer:
    'texts a second of each kind of tokenizer on the data of BERT2DNN_SHARED; beside Hugging Face if BERT2DNN_PYTHON has it',
  data: 'prepare on generated logs of 10^5 to 10^8 rows: rows a second, memory, what was found of what was planted',
  readers:
    'rows a second of opening and streaming TSV, CSV, JSON lines, gzip and Parquet; beside another build with --beside DIST',
  'data-stats': 'data stats on generated logs: rows a second, memory',
  languages:
    'how often the language of a text is told, and rightly, by its length, on the data of BERT2DNN_SHARED',
  optimizers: 'AdamW and clipping on 22.7 M values, WebAssembly beside plain TypeScript',
  bm25: 'building and searching an index of titles beside minisearch and scoring every title; mining pairs; on the data of BERT2DNN_SHARED if set',
  'near-duplicates': 'searches a second among queries, sentences and reviews, one thread',
  'data-import':
    'time and memory of importing made-up files of the size of MS MARCO passages (7 GB of disk)',
  'student-job':
    'the whole distillation of 10^5 and 10^6 generated pairs, from Parquet to student: rows a second by phase, memory',
  'student-onnx':
    'students exported to ONNX: size, writing, loading, batches in ONNX Runtime; ways to sum bags with standard operators',
  explain:
    'what an explanation of a student costs beside a score, on the generated shop; or --model DIR --input FILE',
  browser:
    'a student in Chromium: bytes of code, µs a pair, key strokes over 10,000 products, cold start; the last beside another checkout with --beside DIR',
  load: 'a student from its file to a first score, in a process of its own: milliseconds, memory',
  latency:
    'text to score: students in every executor beside ONNX Runtime and teachers of the shapes of BERT-Base and TinyBERT-4; --student DIR --pairs FILE; beside another checkout with --beside DIR',
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
