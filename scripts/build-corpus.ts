import { writeFile } from "node:fs/promises";

import { buildCorpus } from "./corpus/build.ts";

for (const [name, bytes] of await buildCorpus()) {
  await writeFile(new URL(`../corpus/${name}`, import.meta.url), bytes);
  process.stdout.write(`${name}: ${Math.ceil(bytes.length / 1024)} KiB\n`);
}
