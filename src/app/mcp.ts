import { randomUUID } from "node:crypto";
import type { Store } from "../core/store.ts";
import type { OpenSearch } from "../search/open-search.ts";
import type { McpOptions, ReadyOptions } from "./assistant.ts";
import type { CurrentIndex } from "./current-index.ts";
import { documentShelf } from "./document-shelf.ts";
import { httpFunctions, type HttpApiParts } from "./http-api.ts";
import { httpTurns } from "./http-turns.ts";
import { createLedgerWriter } from "./ledger-writer.ts";
import { packageVersion } from "./package-version.ts";
import { placeSettings } from "./place-policies.ts";
import { once, systemClock } from "./runtime.ts";

export interface McpRunParts extends Pick<HttpApiParts, "ask" | "search" | "score" | "embed" | "gateVersion"> {
  index: Pick<CurrentIndex<OpenSearch>, "get" | "during">;
}

/** Serves one program over a pair of pipes, beside whatever else runs on the same index and ledger. */
export async function runMcp(
  options: ReadyOptions,
  { index, ...parts }: McpRunParts,
  { input, output, untilIndexed }: McpOptions,
  signal: AbortSignal,
): Promise<void> {
  const { config: loaded, workDir, logger, locale } = options;
  const { serveMcpStdio } = await import("../http/mcp/stdio-transport.ts");
  let opened: Store | undefined;
  // Opened at the first turn: a client waits for our first word, and a store that is not there must not keep it.
  const store = once(async () => {
    const { openStore } = await import("../store/open-store.ts");
    return (opened = await openStore({ url: loaded.config.store.url, workDir, alone: false }));
  });
  const lazyStore = {
    record: async (...given: Parameters<Store["record"]>) => (await store()).record(...given),
    findRecords: async (id: string) => (await store()).findRecords(id),
    addLabel: async (...given: Parameters<Store["addLabel"]>) => (await store()).addLabel(...given),
    removeLabel: async (key: string) => (await store()).removeLabel(key),
  };
  const writer = createLedgerWriter(lazyStore, logger, { clock: systemClock });
  const functions = httpFunctions({
    ...parts,
    store: lazyStore,
    writer,
    settingsOf: placeSettings(loaded.config, locale),
    turns: httpTurns(loaded.config),
  });
  const shelf = documentShelf(options, index);
  await serveMcpStdio(
    {
      functions: {
        async ask(question, given, inner) {
          await untilIndexed();
          return functions.ask(question, given, inner);
        },
        async search(query, given, inner) {
          await untilIndexed();
          return functions.search(query, given, inner);
        },
        async listDocuments() {
          await untilIndexed();
          return shelf.listDocuments();
        },
        async readDocument(id) {
          await untilIndexed();
          return shelf.readDocument(id);
        },
        record: async (turn) => functions.record(turn),
      },
      createId: randomUUID,
      logger,
      now: () => systemClock.now(),
      version: () => packageVersion(loaded.packageRoot),
    },
    { input, output },
    signal,
  );
  await writer.settled();
  await opened?.close();
}
