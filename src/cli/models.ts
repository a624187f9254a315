import type { GatewayListing } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { padColumns } from "./display-width.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { printable } from "./output.ts";
import { describeError } from "./report-error.ts";

/** `models`: what each configured gateway offers, or a provider that is not configured. */
export async function runModels(context: CommandContext, provider: string | undefined): Promise<ExitCode> {
  const { assistant } = await context.open();
  const listings = await assistant.models(provider === undefined ? {} : { provider }, context.signal);
  context.signal.throwIfAborted();
  if (context.options.json) context.output.result(JSON.stringify(listings.flatMap(toRows)));
  else showListings(context, listings);
  if (!context.options.quiet) showNotes(context, listings);
  const failed = listings.filter(({ error }) => error !== undefined);
  return listings.length > 0 && failed.length === listings.length ? EXIT.failed : EXIT.done;
}

function toRows({ provider, models, error }: GatewayListing): object[] {
  // A gateway that could not be asked is one row with its error: what its document says is no answer of it.
  if (error !== undefined) return [{ provider, error: error.code, message: error.message }];
  return models.map(({ name, contextTokens, family, configured }) => ({
    provider,
    model: name,
    ...(contextTokens === undefined ? {} : { context_tokens: contextTokens }),
    ...(family === undefined ? {} : { family }),
    ...(configured ? { configured } : {}),
  }));
}

function showListings({ output, text }: CommandContext, listings: GatewayListing[]): void {
  if (listings.length === 0) output.result(text.models.noGateway);
  for (const [position, { provider, baseUrl, models, source, error }] of listings.entries()) {
    if (position > 0) output.result("");
    const place = baseUrl === "" ? "" : ` (${baseUrl})`;
    output.result(output.paint.bold(printable(`${provider}${place}`)));
    if (error !== undefined) output.result(`  ${output.paint.red("✗")} ${describeError(error, text)}`);
    if (source === "document" && models.length > 0) output.result(`  ${text.models.fromDocument}`);
    if (models.length === 0 && error === undefined) output.result(`  ${text.models.nothing}`);
    const width = Math.max(0, ...models.map(({ name }) => name.length));
    for (const { name, contextTokens, family = "", configured } of models) {
      const mark = configured ? output.paint.green("*") : " ";
      const size = contextTokens === undefined ? "" : text.models.tokens(contextTokens);
      const line = `${padColumns(name, width)}  ${padColumns(size, SIZE_COLUMNS)}  ${family}`;
      output.result(`  ${mark} ${printable(line.trimEnd())}`);
    }
  }
}

const SIZE_COLUMNS = 16;

function showNotes({ output, text }: CommandContext, listings: GatewayListing[]): void {
  for (const { provider, missing } of listings) {
    for (const { name, nearest } of missing) {
      output.note(
        `${output.paintNote.yellow(text.warningPrefix)}${printable(text.models.missing(provider, name, nearest))}`,
      );
    }
  }
}
