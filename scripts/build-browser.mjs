// Bundles for browsers, after `tsc -b`: @bert2dnn/student as minified modules, and the files of the demo page.
// `--sizes` prints what takes the space of the modules.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STUDENT = join(ROOT, 'packages/student/dist');
const DEMO_SOURCE = join(ROOT, 'packages/bert2dnn/demo');
const DEMO = join(ROOT, 'packages/bert2dnn/dist/demo');

/** Browsers with module workers, WebAssembly SIMD and `Intl.Segmenter`; the oldest of them, Firefox 125, is of 2024. */
const TARGET = ['es2022', 'chrome91', 'firefox125', 'safari16.4'];

/** How all modules of @bert2dnn/student are bundled. */
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
  mangleProps: new RegExp(`^(${(await privateNames()).join('|')})$`),
};

/**
 * Names of members that are private wherever they are declared, as the declarations of the package tell: they may be
 * anything in a bundle.
 */
async function privateNames() {
  const [privates, others] = [new Set(), new Set()];
  for (const file of await readdir(STUDENT, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    for (const line of (await readFile(join(STUDENT, file), 'utf8')).split('\n')) {
      const [, name] = /^ +private (?:static |readonly )*(\w+)/.exec(line) ?? [];
      if (name !== undefined) privates.add(name);
      else if (!/^ *[/*]/.test(line)) for (const word of line.match(/\w+/g) ?? []) others.add(word);
    }
  }
  return [...privates].filter((name) => !others.has(name));
}

/** Makes a module that esbuild has bundled smaller by another twentieth. */
async function shrink(metafile) {
  const [file] = Object.keys(metafile.outputs);
  const { code } = await minify(await readFile(file, 'utf8'), {
    ecma: 2022,
    module: true,
    compress: { passes: 3, pure_getters: true, unsafe_arrows: true, unsafe_methods: true },
    format: { comments: /Apache/ },
  });
  await writeFile(file, code);
  return metafile;
}

/** The module that users and the demo page load: dist/browser/student.min.js. It loads the others when they are needed. */
async function buildStudent() {
  const { metafile } = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'browser.js')],
    outfile: join(STUDENT, 'browser/student.min.js'),
    plugins: [
      keepBeside(/\/explain\/index\.js$/, './explain.min.js'),
      keepBeside(/\/reference-executor\.js$/, './reference.min.js'),
      replace(/\/reference\.js$/, join(STUDENT, 'executors/reference-on-demand.js')),
    ],
  });
  return shrink(metafile);
}

/** Its explanations: dist/browser/explain.min.js, with copies of what it reads of features, but the same errors. */
async function buildExplain() {
  const { metafile } = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'explain/index.js')],
    outfile: join(STUDENT, 'browser/explain.min.js'),
    plugins: [keepBeside(/^\.\.\/errors\.js$/, './student.min.js')],
  });
  return shrink(metafile);
}

/** What it runs where there is no WebAssembly: dist/browser/reference.min.js. */
async function buildReference() {
  const { metafile } = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'executors/reference-executor.js')],
    outfile: join(STUDENT, 'browser/reference.min.js'),
    plugins: [keepBeside(/^\.\.\/errors\.js$/, './student.min.js')],
  });
  return shrink(metafile);
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

/** Imports that match `filter` are of another file. */
function replace(filter, path) {
  return {
    name: `replace ${path}`,
    setup: (plugin) => void plugin.onResolve({ filter }, () => ({ path })),
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
const metafiles = [await buildStudent(), await buildExplain(), await buildReference()];
if (process.argv.includes('--sizes')) for (const metafile of metafiles) await printSizes(metafile);
else await buildDemo();
