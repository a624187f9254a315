import { randomUUID } from "node:crypto";
import path from "node:path";
import type { Channel, ChannelFinding } from "../core/channel.ts";
import { AppError, errorMessage, isAppError } from "../core/errors.ts";
import type { Locale } from "../core/runtime.ts";
import { placeOfEvent, type LedgerRecord } from "../core/store.ts";
import type { ExplainedShare } from "../gate/explain.ts";
import type { AskReport, AskRequest, Evidence, GateVerdict } from "../group/engine-options.ts";
import { isLoopbackHost } from "../http/access/loopback.ts";
import type { RateLimiter } from "../http/access/rate-limiter.ts";
import type { AskOptions, AskResult, ReadyOptions, Service } from "./assistant.ts";
import { createChannel, namedIntake, type ChannelParts } from "./channels.ts";
import { consoleFunctions, type AssistantParts } from "./console/console-functions.ts";
import { createDocumentLibrary, type LibraryParts } from "./document-library.ts";
import { documentShelf } from "./document-shelf.ts";
import { httpFunctions, type HttpApiParts } from "./http-api.ts";
import { ledgerSteps } from "./ledger-steps.ts";
import { httpTurns } from "./http-turns.ts";
import { createLedgerWriter } from "./ledger-writer.ts";
import { packageVersion } from "./package-version.ts";
import { placeSettings, type PlaceSettings } from "./place-policies.ts";
import { createQuietOverrides } from "./quiet-overrides.ts";
import { openRateLimiter } from "./rate-limiter.ts";
import { systemClock } from "./runtime.ts";
import { watchService, type ServiceWatch } from "./watch-service.ts";

/** A group in which a line was written that nobody asked us. */
export interface UnaskedIn {
  id: string;
  /** Share of the lines to leave alone that may be answered. */
  maxWrong: number;
}

/** What the service asks of the assistant. */
export interface ServiceParts {
  ask: (question: string, options: AskOptions, signal: AbortSignal) => Promise<AskResult>;
  score: (line: string, group: UnaskedIn, signal: AbortSignal) => Promise<GateVerdict>;
  /** What spoke for and against a line, for `/why`. */
  explain: (record: LedgerRecord, locale: Locale, signal: AbortSignal) => Promise<ExplainedShare[]>;
  /** What earlier answers are compared with. */
  evidence: Evidence;
  /** Names the gate in use, for the ledger. */
  gateVersion: () => Promise<string>;
  /** What only HTTP asks for. */
  http: Pick<HttpApiParts, "search" | "score" | "embed">;
  /** What only the console asks for. */
  console: AssistantParts;
  /** What uploads and citations are read from. */
  index: LibraryParts["index"];
  embedding: LibraryParts["embedding"];
  /** Makes the index where there is none. */
  ensureIndex: (signal: AbortSignal) => Promise<void>;
  /** Shows what the console channel says. */
  write: (text: string) => void;
}

/** Between two tries to connect a channel. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** Answers that are being written may be finished; shorter than the time the command line waits. */
const DRAIN_MS = 45_000;
const DAY_MS = 86_400_000;

/**
 * Starts HTTP, the store, the engine and every configured channel. A channel that cannot connect is tried again for as long
 * as the service runs; its address answers 503 until then.
 * @throws AppError `config_invalid`, `store_unavailable`, `usage`
 */
export async function startService(options: ReadyOptions, parts: ServiceParts, signal: AbortSignal): Promise<Service> {
  const { config: loaded, workDir, logger, locale } = options;
  const { config } = loaded;
  assertKeys(options);
  const [{ openStore, isShared }, { createEngine }, http, api, webhooks, notices, status, pages] = await Promise.all([
    import("../store/open-store.ts"),
    import("../group/engine.ts"),
    import("../http/server.ts"),
    import("../http/routes/api.ts"),
    import("../http/routes/webhooks.ts"),
    import("../http/routes/notices.ts"),
    import("../http/routes/status.ts"),
    import("../http/routes/pages.ts"),
  ]);
  const { url } = config.store;
  const onIdleError = (error: unknown): void => logger.error("store.idle", { error: errorMessage(error) });
  const store = await openStore({ url, workDir, alone: true, onIdleError });
  const ready = new Set<Channel>();
  let hasIndex = false;
  let hasStopped = false;
  let rateLimiter: RateLimiter | undefined;
  let watch: ServiceWatch | undefined;
  try {
    const owner = randomUUID();
    watch = await watchService(options, { store, instanceId: owner });
    const { metrics, tracer, observedAsk } = watch;
    const channels = await openChannels(options, { store, write: parts.write, outbound: metrics.outboundOf });
    const kindOf = (name: string): string => channels.find((channel) => channel.name === name)?.kind ?? "other";
    const countedAs = (platform: string): ServiceParts => ({ ...parts, ask: observedAsk(platform, parts.ask) });
    const quiet = createQuietOverrides({ store, clock: systemClock, logger });
    await quiet.load();
    const settingsOf = placeSettings(config, locale, (place) => quiet.of(place));
    const engine = createEngine({
      store,
      clock: systemClock,
      logger,
      owner,
      shared: isShared(url),
      channel: (name) => channels.find((channel) => channel.name === name),
      policyOf: (place) => settingsOf(place).policy,
      score: (text, { place, signal: inner }) => {
        const { max_wrong: maxWrong } = settingsOf(place).gate;
        return parts.score(text, { id: place.conversationId, maxWrong }, inner);
      },
      ask: (request, inner) =>
        askIn(countedAs(kindOf(request.place.channel)), settingsOf(request.place), request, inner),
      onRepeated: (event) => metrics.countRepeated(kindOf(placeOfEvent(event).channel)),
      onRetry: metrics.countRetry,
      explain: parts.explain,
      evidence: parts.evidence,
      retentionMs: config.store.retention_days * DAY_MS,
    });
    const writer = createLedgerWriter(store, logger, { clock: systemClock });
    const documents = createDocumentLibrary(options, { ...parts, settingsOf });
    const maxBodyBytes = config.server.max_body_kib * 1024;
    const adminKey = loaded.secret(config.server.admin_key_env);
    const version = (): Promise<string> => packageVersion(loaded.packageRoot);
    const common = { store, writer, locale, logger, settingsOf, quiet, owner, version };
    rateLimiter = await openRateLimiter(options);
    const server = await http.startHttpServer({
      host: config.server.host,
      port: config.server.port,
      logger,
      routes: [
        ...api.apiRoutes({
          host: config.server.host,
          publicUrl: config.server.public_url,
          corsOrigins: config.server.cors_origins,
          footnotes: config.answer.footnotes,
          pipeline: config.server.huixiangdou_pipeline,
          apiKeys: loaded.secret(config.server.api_keys_env),
          adminKey,
          rateLimiter,
          maxBodyBytes,
          logger,
          metrics,
          tracer,
          createId: randomUUID,
          now: () => systemClock.now(),
          consoleFunctions: consoleFunctions({
            ...parts.console,
            ...parts,
            ...common,
            channels: config.channel,
            openChannels: () => channels.map((channel) => ({ channel, ready: ready.has(channel) })),
          }),
          documents,
          shelf: documentShelf(options, parts.index),
          version,
          maxUploadBytes: config.server.max_upload_mib * 1024 * 1024,
          functions: httpFunctions({
            ...countedAs("http"),
            ...parts.http,
            store,
            writer,
            settingsOf,
            turns: httpTurns(config),
          }),
        }),
        pages.pageRoutes({ folder: path.join(loaded.packageRoot, "dist", "web") }),
        status.statusRoutes({
          readiness: async () => [
            { check: "index", ready: hasIndex },
            {
              check: "store",
              ready: await store.check().then(
                () => true,
                () => false,
              ),
            },
            ...channels.map((channel) => ({ check: `channel ${channel.name}`, ready: ready.has(channel) })),
          ],
        }),
        webhooks.webhookRoutes({
          channels,
          maxBodyBytes,
          isReady: (channel) => ready.has(channel),
          logger,
          onReply: metrics.countWebhook,
        }),
        notices.noticeRoutes({
          adminKey,
          maxBodyBytes,
          queueNotice: async (name, { markdown, group }) => {
            const channel = channels.find((one) => one.name === name);
            if (channel === undefined) return undefined;
            const place = { channel: name, app: name, conversationId: group ?? name };
            const target = { conversation: { id: place.conversationId, kind: "group" as const } };
            return { id: await engine.post({ place, target, markdown, id: randomUUID() }) };
          },
        }),
      ],
    });
    logger.info("serve.listening", { url: server.url, channels: channels.map(({ name, kind }) => `${kind} ${name}`) });
    const stopping = new AbortController();
    const refreshing = isShared(url) ? quiet.keepFresh(stopping.signal) : undefined;
    const connecting = (async () => {
      await untilIndexed((inner) => documents.alone(() => parts.ensureIndex(inner)), {
        logger,
        signal: stopping.signal,
      });
      hasIndex = true;
      await engine.start();
      await Promise.all(
        channels.map(async (channel) => {
          const intake = namedIntake(channel.name, metrics.countedIntake(channel.kind, engine.intake));
          await connect(channel, intake, { logger, signal: stopping.signal });
          if (!stopping.signal.aborted) ready.add(channel);
        }),
      );
    })().catch((error: unknown) => {
      if (!stopping.signal.aborted) logger.error("serve.not-ready", { error: errorMessage(error) });
    });
    const service: Service = {
      url: server.url,
      async stop() {
        if (hasStopped) return;
        hasStopped = true;
        stopping.abort();
        documents.stopReindex();
        // Nothing new comes in; what is on the disk is finished or left for the next process.
        // A channel that holds a request open for an answer lets it go when it stops.
        await Promise.all([
          server.close(DRAIN_MS),
          ...channels.map((channel) => channel.stop().catch(() => undefined)),
        ]);
        await Promise.all([connecting, refreshing, documents.close()]);
        await engine.stop();
        await writer.settled();
        rateLimiter?.close();
        await Promise.all([store.close(), watch?.stop()]);
        logger.info("serve.stopped");
      },
    };
    if (signal.aborted) {
      await service.stop();
      signal.throwIfAborted();
    }
    return service;
  } catch (error) {
    if (!hasStopped) {
      rateLimiter?.close();
      await Promise.all([store.close(), watch?.stop()]);
    }
    throw error;
  }
}

/** Makes or opens the index; a fault that the owner can mend beside us (`ingest`) is looked at again after a while. */
async function untilIndexed(
  ensureIndex: ServiceParts["ensureIndex"],
  { logger, signal }: { logger: ReadyOptions["logger"]; signal: AbortSignal },
): Promise<void> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      await ensureIndex(signal);
      return;
    } catch (error) {
      if (signal.aborted || !isAppError(error)) throw error;
      logger.error("serve.no-index", { code: error.code, error: error.message, waitMs });
      await systemClock.sleep(waitMs, signal);
    }
  }
}

/** Beyond loopback nobody may ask without a key. */
function assertKeys({ config: loaded }: ReadyOptions): void {
  const { host, api_keys_env: variable } = loaded.config.server;
  const keys = (loaded.secret(variable) ?? "").split(",").filter((key) => key.trim() !== "");
  if (isLoopbackHost(host) || keys.length > 0) return;
  throw new AppError(
    "config_invalid",
    `[server] host: ${host} is not this machine alone, so ${variable} must hold at least one API key`,
  );
}

/** The configured channels, none connected. @throws AppError `config_invalid` */
export async function openChannels(
  { config: loaded, logger, fetch }: ReadyOptions,
  parts: Pick<ChannelParts, "store" | "write" | "outbound">,
): Promise<Channel[]> {
  const { secret, config } = loaded;
  const publicUrl = config.server.public_url;
  return Promise.all(
    config.channel.map((settings) => createChannel(settings, { secret, publicUrl, fetch, logger, ...parts })),
  );
}

/** What each configured channel says of itself, for `doctor`; a channel that cannot be made is a finding too. */
export async function checkChannels(
  options: ReadyOptions,
  signal: AbortSignal,
): Promise<{ channel: string; finding: ChannelFinding }[]> {
  const { secret, config } = options.config;
  const notes = new Map<string, string>();
  const store = {
    putNote: async () => undefined,
    note: async () => undefined,
    notes: async () => notes,
  };
  const findings: { channel: string; finding: ChannelFinding }[] = [];
  for (const settings of config.channel) {
    const name = `${settings.kind} "${settings.name}"`;
    try {
      const { fetch, logger } = options;
      const publicUrl = config.server.public_url;
      const channel = await createChannel(settings, {
        secret,
        publicUrl,
        fetch,
        logger,
        store,
        write: () => undefined,
      });
      for (const finding of await channel.check(signal)) findings.push({ channel: name, finding });
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      const finding = { what: "config", status: "failed" as const, detail: error.message, remedy: "" };
      findings.push({ channel: name, finding });
    }
  }
  return findings;
}

async function connect(
  channel: Channel,
  intake: ReturnType<typeof namedIntake>,
  { logger, signal }: { logger: ReadyOptions["logger"]; signal: AbortSignal },
): Promise<void> {
  for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      await channel.start(intake);
      logger.info("channel.ready", { channel: channel.name, kind: channel.kind });
      return;
    } catch (error) {
      if (!isAppError(error)) throw error;
      logger.error("channel.not-ready", { channel: channel.name, code: error.code, error: error.message, waitMs });
      await systemClock.sleep(waitMs, signal).catch(() => undefined);
    }
  }
}

/** Asks as the command line does, with what the place changes, and tells the steps for the ledger. */
async function askIn(
  parts: ServiceParts,
  { gate, corpusPaths }: PlaceSettings,
  { question, history, place, onText }: AskRequest,
  signal: AbortSignal,
): Promise<AskReport> {
  const group = { id: place.conversationId, gate, ...(corpusPaths !== undefined && { paths: corpusPaths }) };
  const result = await parts.ask(question, { history, group, ...(onText !== undefined && { onText }) }, signal);
  const { outcome, scores } = result;
  const steps = ledgerSteps(result);
  return { outcome, ...(scores !== undefined && { scores }), steps, gateVersion: await parts.gateVersion() };
}
