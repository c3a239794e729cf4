// Compiles packages/*/kernels/*.ts (AssemblyScript) to WebAssembly and writes it as base64 into
// packages/*/src/kernels/*-wasm.ts, which is committed: `node scripts/build-kernels.mjs`. With --check it compares only.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['autodiff'];

/** The TypeScript file of one compiled kernel. */
async function compile(source) {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    const out = join(folder, 'kernel.wasm');
    const flags = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert'];
    const { error, stderr } = await asc.main([source, '--outFile', out, ...flags]);
    if (error) throw new Error(`${source}: ${stderr.toString()}`);
    return readFileSync(out).toString('base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function describe(name, base64) {
  const lines = base64.match(/.{1,90}/g).map((line) => `  '${line}'`);
  return `// Compiled from kernels/${name}.ts by scripts/build-kernels.mjs; not edited by hand.\n\n/** WebAssembly, base64. */\nexport const ${name.toUpperCase()}_WASM =\n${lines.join(' +\n')};\n`;
}

let numStale = 0;
for (const name of PACKAGES) {
  const folder = join(ROOT, 'packages', name);
  for (const file of readdirSync(join(folder, 'kernels')).filter((entry) =>
    entry.endsWith('.ts'),
  )) {
    const kernel = file.slice(0, -3);
    const target = join(folder, 'src', 'kernels', `${kernel}-wasm.ts`);
    const text = describe(kernel, await compile(join(folder, 'kernels', file)));
    if (process.argv.includes('--check')) {
      if (readFileSync(target, 'utf8') === text) continue;
      console.error(`${target} is not what kernels/${file} compiles to`);
      numStale += 1;
    } else {
      writeFileSync(target, text);
      console.log(target);
    }
  }
}
process.exitCode = numStale > 0 ? 1 : 0;
