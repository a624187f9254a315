import { readFile } from "node:fs/promises";

import { readSource } from "./read-source.ts";
import { writeDocx } from "./write-docx.ts";

/** The binary files of the corpus, by file name. The same sources give the same bytes. */
export async function buildCorpus(): Promise<Map<string, Uint8Array>> {
  const guide = readSource(await source("apartment-guide.md"));
  return new Map([["公寓入住指南.docx", await writeDocx("公寓入住指南", guide)]]);
}

function source(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8");
}
