// Writes .br and .gz twins beside every text asset, so that the server never compresses at run time.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXT = /\.(js|css|svg|json|map)$/;
const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);

export async function precompress(folder) {
  const names = (await readdir(folder)).filter((name) => TEXT.test(name));
  await Promise.all(names.map((name) => compressOne(join(folder, name))));
}

async function compressOne(path) {
  const source = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: source.length };
  await writeFile(`${path}.br`, await asBrotli(source, { params }));
  await writeFile(`${path}.gz`, await asGzip(source, { level: 9 }));
}
