// Bundles for browsers, after `tsc -b`: @bert2dnn/student as two minified modules, and the files of the demo page.
// `--sizes` prints what takes the space of the modules.
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STUDENT = join(ROOT, 'packages/student/dist');
const DEMO_SOURCE = join(ROOT, 'packages/bert2dnn/demo');
const DEMO = join(ROOT, 'packages/bert2dnn/dist/demo');

/** Browsers with module workers, WebAssembly SIMD and `Intl.Segmenter`; the oldest of them, Firefox 125, is of 2024. */
const TARGET = ['es2022', 'chrome91', 'firefox125', 'safari16.4'];

/** How both modules of @bert2dnn/student are bundled. */
const MODULE = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'neutral',
  target: TARGET,
  legalComments: 'none',
  banner: { js: '/* @bert2dnn/student, Apache-2.0 */' },
  metafile: true,
  logLevel: 'warning',
};

/** The module that users and the demo page load: dist/browser/student.min.js. It loads explain.min.js when asked to. */
async function buildStudent() {
  const { metafile } = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'browser.js')],
    outfile: join(STUDENT, 'browser/student.min.js'),
    plugins: [keepBeside(/\/explain\/index\.js$/, './explain.min.js')],
  });
  return metafile;
}

/** Its explanations: dist/browser/explain.min.js, with copies of what it reads of features, but the same errors. */
async function buildExplain() {
  const { metafile } = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'explain/index.js')],
    outfile: join(STUDENT, 'browser/explain.min.js'),
    plugins: [keepBeside(/^\.\.\/errors\.js$/, './student.min.js')],
  });
  return metafile;
}

/** The demo page: its scripts bundled, readable; the student stays a file of its own beside them. */
async function buildDemo() {
  await rm(DEMO, { recursive: true, force: true });
  await mkdir(DEMO, { recursive: true });
  await build({
    entryPoints: { demo: join(DEMO_SOURCE, 'page.ts'), worker: join(DEMO_SOURCE, 'worker.ts') },
    outdir: DEMO,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: TARGET,
    charset: 'utf8',
    plugins: [
      keepBeside(/^@bert2dnn\/student\/browser$/, './student.min.js'),
      keepBeside(/^@bert2dnn\/student\/browser\/explain$/, './explain.min.js'),
    ],
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'demo.css']) {
    await copyFile(join(DEMO_SOURCE, file), join(DEMO, file));
  }
}

/** Imports that match `filter` stay imports, of a file beside the bundle. */
function keepBeside(filter, path) {
  return {
    name: `beside ${path}`,
    setup(plugin) {
      plugin.onResolve({ filter }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path, external: true },
      );
    },
  };
}

/** Bytes of each file in the bundle, minified, and its size on the wire. */
async function printSizes(metafile) {
  const [[outfile, { inputs }]] = Object.entries(metafile.outputs);
  const code = await readFile(join(ROOT, outfile));
  const sizes = Object.entries(inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput]);
  sizes.sort(([, left], [, right]) => right - left);
  for (const [file, bytes] of sizes) {
    console.log(`${String(bytes).padStart(7)}  ${file.replace('packages/student/dist/', '')}`);
  }
  console.log(`${code.length} bytes, ${gzipSync(code, { level: 9 }).length} gzipped`);
}

process.chdir(ROOT);
const metafiles = [await buildStudent(), await buildExplain()];
if (process.argv.includes('--sizes')) for (const metafile of metafiles) await printSizes(metafile);
else await buildDemo();
