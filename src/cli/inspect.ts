import { access } from "node:fs/promises";
import { resolve } from "node:path";
import type { InspectReport } from "../app.ts";
import { AppError } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { printable } from "./output.ts";

/** `inspect FILE`: what is read from one document. */
export async function runInspect(context: CommandContext, file: string): Promise<ExitCode> {
  const { assistant, config } = await context.open();
  const path = await findFile(file, [context.cwd, config.sourceFolder]);
  const report = await assistant.inspect(path, context.signal).catch((error: unknown) => {
    throw error instanceof AppError && !error.message.includes(file)
      ? new AppError(error.code, `${file}: ${error.message}`, { cause: error })
      : error;
  });
  context.signal.throwIfAborted();
  if (context.options.json) context.output.result(JSON.stringify(toInspectDocument(report)));
  else showReport(context, report);
  return EXIT.done;
}

/** A `source` of a citation can be given as it stands, wherever the command is run. */
async function findFile(file: string, folders: string[]): Promise<string> {
  const candidates = folders.map((folder) => resolve(folder, file));
  for (const candidate of candidates) {
    const found = await access(candidate).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return candidates[0] ?? file;
}

function toInspectDocument({ title, mediaType, pages, markdown, chunks, warnings }: InspectReport) {
  return {
    title,
    mediaType,
    ...(pages === undefined ? {} : { pages }),
    markdown,
    chunks: chunks.map(({ id, text, headings, page }) => ({
      id,
      text,
      headings,
      ...(page === undefined ? {} : { page }),
    })),
    warnings,
  };
}

function showReport({ output, text }: CommandContext, report: InspectReport): void {
  const words = text.inspect;
  output.result(output.paint.bold(printable(report.title)));
  output.result(`${words.type}: ${report.mediaType}`);
  if (report.pages !== undefined) output.result(`${words.pages}: ${report.pages}`);
  output.result(`${words.chunks}: ${report.chunks.length}`);
  if (report.headings.length > 0) output.result(`${words.headings}:`);
  for (const heading of report.headings) {
    const page = heading.page === undefined ? "" : text.page(heading.page);
    output.result(printable(`${"  ".repeat(heading.level)}${heading.text}${page}`));
  }
  if (report.warnings.length > 0) output.result(`${words.warnings}:`);
  for (const warning of report.warnings) output.result(printable(`  ${warning}`));
  output.result("");
  output.result(printable(report.markdown));
}
