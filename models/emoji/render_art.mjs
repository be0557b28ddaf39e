// Renders the vector art (Fluent flat) to PNG files of 64 pixels, beside the raster art that the other style already has.
// Skin-tone variants are left out: no caption speaks of them.
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = join(dirname(fileURLToPath(import.meta.url)), '.cache');
const { Resvg } = createRequire(join(cache, 'package.json'))('@resvg/resvg-js');
const source = join(cache, 'node_modules', '@lobehub', 'fluent-emoji-flat', 'assets');
const target = join(cache, 'fluent-64');
const skinTone = /1f3f[b-f]/;

mkdirSync(target, { recursive: true });
let rendered = 0;
for (const file of readdirSync(source)) {
  if (!file.endsWith('.svg') || skinTone.test(file)) continue;
  const image = new Resvg(readFileSync(join(source, file), 'utf8'), { fitTo: { mode: 'width', value: 64 } }).render();
  writeFileSync(join(target, file.replace('.svg', '.png')), image.asPng());
  rendered++;
}
console.log(`rendered ${rendered} images`);
