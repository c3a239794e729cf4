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

/** Folders whose types are not public, unless the package's index has them. */
const INTERNAL = /^(features|executors|plain|wasm)\//;
/** Its members are what the kernels in WebAssembly export. */
const KERNELS = 'wasm/kernel-modules.d.ts';

/** How all modules of @bert2dnn/student are bundled. */
const MODULE = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'neutral',
  target: TARGET,
  legalComments: 'none',
  charset: 'utf8',
  banner: { js: '/* @bert2dnn/student, Apache-2.0 */' },
  metafile: true,
  logLevel: 'warning',
  // One import only says what comes first in the module.
  logOverride: { 'ignored-bare-import': 'silent' },
  mangleCache: {},
  mangleProps: new RegExp(`^(${(await internalNames()).join('|')})$`),
};

/**
 * Names of members that nobody outside the package reads, as its declarations tell: those that are private wherever they
 * are declared, or declared in internal files only. They may be anything in the bundles, where they are nobody else's too:
 * no string's and no engine's.
 */
async function internalNames() {
  const [internal, others] = [new Set(), namesOfEngine()];
  const index = await readFile(join(STUDENT, 'index.d.ts'), 'utf8');
  for (const file of await readdir(STUDENT, { recursive: true })) {
    if (file.startsWith('browser/') || !/\.(d\.ts|js)$/.test(file)) continue;
    const text = await readFile(join(STUDENT, file), 'utf8');
    if (file.endsWith('.js')) {
      for (const [, name] of text.matchAll(/['"`]([\w$]+)['"`]/g)) others.add(name);
      continue;
    }
    const isInternal =
      INTERNAL.test(file) && file !== KERNELS && !index.includes(file.replace(/\.d\.ts$/, '.js'));
    for (const line of text.split('\n')) {
      const [, access, name] =
        /^ +(private )?(?:static |readonly |get )*(\w+)\??[;:(]/.exec(line) ?? [];
      if (name !== undefined && (isInternal || access !== undefined)) internal.add(name);
      else if (!isInternal && !/^ *[/*]/.test(line)) {
        for (const word of line.match(/\w+/g) ?? []) others.add(word);
      }
    }
  }
  return [...internal].filter((name) => !others.has(name));
}

/** Names of the members of everything that an engine has. */
function namesOfEngine() {
  const names = new Set(Object.getOwnPropertyNames(globalThis));
  const seen = new Set();
  const visit = (value) => {
    if (Object(value) !== value || seen.has(value)) return;
    seen.add(value);
    for (const [name, own] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      names.add(name);
      visit(own.value);
    }
    visit(Object.getPrototypeOf(value));
  };
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(globalThis))) visit(value);
  return names;
}

/** What terser may do beyond its defaults: no member's reading does anything here, and no symbol is made a string. */
const COMPRESS = {
  passes: 3,
  hoist_funs: true,
  pure_getters: true,
  unsafe: true,
  unsafe_arrows: true,
  unsafe_methods: true,
};

/** Makes a module that esbuild has bundled smaller by another twentieth. */
async function shrink({ metafile }) {
  const [file] = Object.keys(metafile.outputs);
  const { code } = await minify(await readFile(file, 'utf8'), {
    ecma: 2022,
    module: true,
    compress: COMPRESS,
    format: { comments: /Apache/ },
  });
  await writeFile(file, code);
  return metafile;
}

/** The module that users and the demo page load: dist/browser/student.min.js. It loads the others when they are needed. */
async function buildStudent() {
  const built = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'browser.js')],
    outfile: join(STUDENT, 'browser/student.min.js'),
    plugins: [
      keepBeside(/\/explain\/index\.js$/, './explain.min.js'),
      keepBeside(/\/plain-parts\.js$/, './reference.min.js'),
      replace(/\/plain\.js$/, join(STUDENT, 'plain/plain-on-demand.js')),
    ],
  });
  // The others read its objects: names are the same in all.
  MODULE.mangleCache = built.mangleCache;
  return shrink(built);
}

/** Its explanations: dist/browser/explain.min.js, with copies of what it reads of features, but the same errors. */
async function buildExplain() {
  const built = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'explain/index.js')],
    outfile: join(STUDENT, 'browser/explain.min.js'),
    plugins: [keepBeside(/^\.\.\/errors\.js$/, './student.min.js')],
  });
  return shrink(built);
}

/** What it runs where there is no WebAssembly: dist/browser/reference.min.js. */
async function buildReference() {
  const built = await build({
    ...MODULE,
    entryPoints: [join(STUDENT, 'plain/plain-parts.js')],
    outfile: join(STUDENT, 'browser/reference.min.js'),
    plugins: [keepBeside(/^\.\.\/errors\.js$/, './student.min.js')],
  });
  return shrink(built);
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
