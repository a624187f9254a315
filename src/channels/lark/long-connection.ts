import { AppError, isAppError } from "../../core/errors.ts";
import type { Clock, Logger } from "../../core/runtime.ts";
import type { SecretMask } from "../secret-mask.ts";

/** What of `@larksuiteoapi/node-sdk` is used: the socket and the table of events. Its HTTP side is not. */
export interface LarkSdk {
  WSClient: new (options: {
    appId: string;
    appSecret: string;
    domain: string;
    logger: SdkLogger;
    onReady: () => void;
    onError: (error: Error) => void;
    onReconnected: () => void;
  }) => { start(options: { eventDispatcher: unknown }): Promise<void>; close(options: { force: boolean }): void };
  EventDispatcher: new (options: { logger: SdkLogger }) => { register(handles: EventHandlers): unknown };
}

type EventHandlers = Record<string, (data: Record<string, unknown>) => Promise<unknown>>;

interface SdkLogger {
  error(...message: unknown[]): void;
  warn(...message: unknown[]): void;
  info(...message: unknown[]): void;
  debug(...message: unknown[]): void;
  trace(...message: unknown[]): void;
}

/** Everything `receiveEvent` reads; what is not listed here is not delivered. */
const EVENT_TYPES = [
  "im.message.receive_v1",
  "im.message.recalled_v1",
  "im.message.reaction.created_v1",
  "im.message.reaction.deleted_v1",
  "im.chat.member.bot.added_v1",
  "im.chat.member.bot.deleted_v1",
  "card.action.trigger",
];

const APP_ID = /^cli_[0-9a-fA-F]{16}$/;
const RESTART_AFTER_MS = 60_000;

export interface LongConnectionOptions {
  /** Begins every message of a fault, such as `lark "hr"`. */
  name: string;
  appId: string;
  appSecret: string;
  baseUrl: string;
  /** Takes an envelope of version 2; what it resolves with goes back to Lark. Rejects when it has to come again. */
  receive: (envelope: Record<string, unknown>) => Promise<Record<string, unknown>>;
  /** Loads the package; it is large and only needed here. */
  loadSdk: () => Promise<LarkSdk>;
  secrets: SecretMask;
  clock: Clock;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Receives events over a socket that we open. Resolves when it is open; closes with the signal. Events are spread over
 * all processes of an app, so only one may run.
 * @throws AppError `package_missing`, `channel_unauthorised`, `aborted`
 */
export async function openLongConnection(options: LongConnectionOptions): Promise<void> {
  const { name, appId, secrets, logger, signal } = options;
  if (!APP_ID.test(appId)) {
    // The SDK would say nothing and never connect.
    throw new AppError("channel_unauthorised", `${name}: app_id must be cli_ and 16 hexadecimal digits`);
  }
  const sdk = await loadOrExplain(options);
  const sdkLogger = quietLogger(logger, { name, secrets });
  const eventDispatcher = new sdk.EventDispatcher({ logger: sdkLogger });
  eventDispatcher.register(
    Object.fromEntries(EVENT_TYPES.map((type) => [type, (data) => options.receive(envelopeOf(type, data))])),
  );
  await new Promise<void>((resolve, reject) => {
    let isOpen = false;
    const stop = (): void => reject(new AppError("aborted", `${name}: stopped while connecting`));
    signal.addEventListener("abort", stop, { once: true });
    const connect = (): void => {
      if (signal.aborted) return;
      const over = new AbortController();
      const close = (): void => {
        over.abort();
        client.close({ force: true });
      };
      const client = new sdk.WSClient({
        appId,
        appSecret: options.appSecret,
        domain: options.baseUrl.replace(/\/+$/, ""),
        logger: sdkLogger,
        onReady: () => {
          isOpen = true;
          logger.info("lark.connected", { channel: name });
          resolve();
        },
        onReconnected: () => logger.info("lark.connected", { channel: name }),
        onError: (error) => {
          close();
          const fault = secrets.mask(`${name}: the long connection was refused: ${error.message}`);
          const remedy = "check the app's secret and that it receives events by long connection";
          logger.error("lark.disconnected", { channel: name, fault });
          if (!isOpen) reject(new AppError("channel_unauthorised", `${fault}; ${remedy}`));
          // It has been open, so whatever ended it may pass.
          else restartLater(options, connect);
        },
      });
      signal.addEventListener("abort", close, { once: true, signal: over.signal });
      client.start({ eventDispatcher }).catch(reject);
    };
    connect();
  });
}

function restartLater({ clock, signal }: LongConnectionOptions, connect: () => void): void {
  // Rejects only when the channel stops.
  clock.sleep(RESTART_AFTER_MS, signal).then(connect, () => undefined);
}

async function loadOrExplain({ loadSdk, name }: LongConnectionOptions): Promise<LarkSdk> {
  try {
    return await loadSdk();
  } catch (error) {
    if (isAppError(error)) throw error;
    const remedy = 'run "npm install @larksuiteoapi/node-sdk@1.74.0", or set mode = "webhook"';
    throw new AppError("package_missing", `${name}: the package @larksuiteoapi/node-sdk is not installed: ${remedy}.`, {
      cause: error,
    });
  }
}

/** The dispatcher hands on header and event in one object; they are told apart again, so that one decoder reads both. */
function envelopeOf(type: string, data: Record<string, unknown>): Record<string, unknown> {
  const { event_id, create_time, app_id } = data;
  return { schema: "2.0", header: { event_id, create_time, app_id, event_type: type }, event: data };
}

/** What the SDK says is prose with addresses in it, so it is masked and kept low. */
function quietLogger(logger: Logger, { name, secrets }: { name: string; secrets: SecretMask }): SdkLogger {
  const write = (...message: unknown[]): void => {
    const text = message.map(String).join(" ");
    logger.debug("lark.sdk", { channel: name, text: secrets.mask(text).replace(/\bwss?:\/\/\S+/g, "[address]") });
  };
  return { error: write, warn: write, info: ignore, debug: ignore, trace: ignore };
}

function ignore(): void {
  // The SDK greets at length, and writes the socket's address with its ticket into its own debug lines.
}
