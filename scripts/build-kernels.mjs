// Compiles packages/*/kernels/*.ts (AssemblyScript) to WebAssembly and writes it as text into a *-wasm.ts beside its user,
// which is committed: `node scripts/build-kernels.mjs`. With --check it compares only.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folders of kernels, where their bytes go, and flags beyond the usual ones: of all, and of one by its name. */
const FOLDERS = [
  { source: 'packages/autodiff/kernels', target: 'packages/autodiff/src/kernels', flags: [] },
  {
    source: 'packages/student/kernels',
    target: 'packages/student/src/wasm',
    // The caller gives the memory, as large as the student is. Made for the wire: gzip finds what repeats in characters
    // that are a byte each, but not in base64, which shifts them; and calls that are not in inner loops stay calls.
    encoding: 'characters',
    flags: ['--importMemory'],
    // Small, too, where the loops are short.
    flagsOf: { relaxed: ['--enable', 'relaxed-simd'], features: ['--shrinkLevel', '1'] },
  },
  {
    source: 'packages/bert2dnn/kernels',
    target: 'packages/bert2dnn/src/distill/tables',
    // Memory is given by the caller and shared by threads; 65536 pages are all that 32 bits can address.
    flags: [
      ...['--enable', 'threads', '--importMemory', '--sharedMemory'],
      ...['--initialMemory', '1', '--maximumMemory', '65536'],
    ],
  },
];

/** The bytes of one compiled kernel. */
async function compile(source, moreFlags) {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    const out = join(folder, 'kernel.wasm');
    const flags = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', ...moreFlags];
    const { error, stderr } = await asc.main([source, '--outFile', out, ...flags]);
    if (error) throw new Error(`${source}: ${stderr.toString()}`);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function describe(name, bytes, encoding) {
  const [note, lines] = encoding === 'characters' ? inCharacters(bytes) : inBase64(bytes);
  return `// Compiled from kernels/${name}.ts by scripts/build-kernels.mjs; not edited by hand.\n\n/** WebAssembly, ${note}. */\nexport const ${name.toUpperCase()}_WASM =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`;
}

function inBase64(bytes) {
  return ['base64', bytes.toString('base64').match(/.{1,90}/g)];
}

/** Added to each byte: of all numbers, it makes the most frequent ones letters that take one byte in UTF-8. */
const SHIFT = 41;
const LINE = 90;

function inCharacters(bytes) {
  const characters = Array.from(bytes, (byte) => {
    const unit = (byte + SHIFT) & 255;
    const character = String.fromCharCode(unit);
    // Whatever an editor would not show, and what means something in the text of a string.
    const isHidden = /[\p{C}\xa0'\\]/u.test(character);
    return isHidden ? `\\x${unit.toString(16).padStart(2, '0')}` : character;
  });
  const lines = [];
  for (let start = 0; start < characters.length; start += LINE) {
    lines.push(characters.slice(start, start + LINE).join(''));
  }
  return [`each byte plus ${SHIFT} as a character`, lines];
}

let numStale = 0;
for (const { source, target: folder, flags, flagsOf = {}, encoding = 'base64' } of FOLDERS) {
  for (const file of readdirSync(join(ROOT, source)).filter((entry) => entry.endsWith('.ts'))) {
    const kernel = file.slice(0, -3);
    const target = join(ROOT, folder, `${kernel}-wasm.ts`);
    const text = describe(
      kernel,
      await compile(join(ROOT, source, file), [...flags, ...(flagsOf[kernel] ?? [])]),
      encoding,
    );
    if (process.argv.includes('--check')) {
      if (readFileSync(target, 'utf8') === text) continue;
      console.error(`${target} is not what ${source}/${file} compiles to`);
      numStale += 1;
    } else {
      writeFileSync(target, text);
      console.log(target);
    }
  }
}
process.exitCode = numStale > 0 ? 1 : 0;
