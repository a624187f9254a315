import { readFile } from "node:fs/promises";

import { readSource } from "./read-source.ts";
import { unpackWoff } from "./unpack-woff.ts";
import { writeDocx } from "./write-docx.ts";
import { writePdf } from "./write-pdf.ts";
import { writeXlsx } from "./write-xlsx.ts";
import fees from "./fees.json" with { type: "json" };

/** The binary files of the corpus, by file name. The same sources give the same bytes. */
export async function buildCorpus(): Promise<Map<string, Uint8Array>> {
  const guide = readSource(await readText("apartment-guide.md"));
  const gateway = readSource(await readText("alles-apin.md"));
  const font = unpackWoff(await readFile(new URL("fonts/noto-sans-sc-400.woff", import.meta.url)));
  return new Map([
    ["公寓入住指南.docx", await writeDocx("公寓入住指南", guide)],
    ["alles-apin 接口手册.pdf", await writePdf("alles-apin 接口手册", gateway, font)],
    ["公寓费用清单.xlsx", await writeXlsx("公寓费用清单", fees)],
  ]);
}

function readText(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8");
}
