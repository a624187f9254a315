import type { OutboundObserver } from "../../../core/channel.ts";
import { isAppError } from "../../../core/errors.ts";
import type { Clock, Logger } from "../../../core/runtime.ts";
import type { NoteStore } from "../../../core/store.ts";
import { readId } from "./exact-json.ts";
import type { WkteamGateway } from "./gateway.ts";

/** A WeChat account that is logged in at the gateway. */
export interface WkteamSession {
  /** The gateway's id of the login. */
  wId: string;
  /** The account's own wxid. */
  wcId: string;
  /** The name members see, where the gateway tells it. */
  botName?: string;
}

export interface ConnectOptions {
  name: string;
  gateway: WkteamGateway;
  notes: Pick<NoteStore, "putNote" | "note">;
  clock: Clock;
  logger: Logger;
  /** Told of every try after the first. */
  outbound: OutboundObserver | undefined;
  /** The gateway's number of the region to log in from. */
  proxy: number;
  /** What the gateway shall call; undefined where nobody told us our public address. */
  callbackUrl: string | undefined;
}

const SCAN_EVERY_MS = 3000;

/** A code that nobody scanned until then is asked for anew. */
const CODE_LIVES_MS = 240_000;

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/** Where the session is kept, so that a restart needs no phone. */
export function noteScope(name: string): string {
  return `wechat-wkteam:${name}`;
}

export async function savedSession(name: string, notes: Pick<NoteStore, "note">): Promise<WkteamSession | undefined> {
  const text = await notes.note(noteScope(name), "session");
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("wId" in value) || !("wcId" in value)) return undefined;
  const { wId, wcId } = value;
  if (typeof wId !== "string" || typeof wcId !== "string") return undefined;
  const botName = "botName" in value && typeof value.botName === "string" ? value.botName : undefined;
  return { wId, wcId, ...(botName !== undefined && { botName }) };
}

/**
 * Logs in at the gateway, takes up the session it has or asks for a code to be scanned, and registers the callback. Goes
 * on trying until it succeeds or `signal` ends it: a gateway that is down at the start is no reason to give up.
 * @throws AppError `aborted`
 */
export async function connectWkteam(options: ConnectOptions, signal: AbortSignal): Promise<WkteamSession> {
  return untilDone(options, signal, async () => {
    const { name, gateway, notes, callbackUrl, logger } = options;
    await gateway.logIn(signal);
    const session = (await savedSession(name, notes)) ?? (await scan(options, "", signal));
    if (callbackUrl === undefined) {
      logger.warn("wkteam.no_callback", { channel: name, remedy: "set [server] public_url" });
    } else {
      const body = { httpUrl: callbackUrl, type: 2 };
      const what = "register the callback";
      await gateway.call({ what, path: "/setHttpCallbackUrl", body, repeatable: true, signal });
    }
    logger.info("wkteam.connected", { channel: name });
    return session;
  });
}

/**
 * Looks whether the session still lives, and has the code scanned again where it does not.
 * @throws AppError `aborted`
 */
export async function renewSession(
  options: ConnectOptions,
  session: WkteamSession,
  signal: AbortSignal,
): Promise<WkteamSession> {
  return untilDone(options, signal, async () => {
    const found = await askSession(options.gateway, session.wId, signal);
    return found ?? (await scan(options, session.wcId, signal));
  });
}

/** @param wcId the account that was logged in before; empty at the first time */
async function scan(options: ConnectOptions, wcId: string, signal: AbortSignal): Promise<WkteamSession> {
  const { name, gateway, notes, clock, logger, proxy } = options;
  for (;;) {
    const what = "get a login code";
    const login = await gateway.call({ what, path: "/iPadLogin", body: { wcId, proxy }, repeatable: true, signal });
    const wId = readId(login["wId"]) ?? "";
    logger.warn("wkteam.scan", { channel: name, open: login["qrCodeUrl"], what: "scan this code with WeChat" });
    const until = clock.now() + CODE_LIVES_MS;
    while (clock.now() < until) {
      const session = await askSession(gateway, wId, signal);
      if (session !== undefined) {
        await notes.putNote(noteScope(name), "session", JSON.stringify(session), clock.now());
        return session;
      }
      await clock.sleep(SCAN_EVERY_MS, signal);
    }
  }
}

/** The session of a login; undefined while nobody has scanned its code. */
async function askSession(
  gateway: WkteamGateway,
  wId: string,
  signal: AbortSignal,
): Promise<WkteamSession | undefined> {
  const what = "ask who is logged in";
  const path = "/getIPadLoginInfo";
  try {
    // Some gateways hold this call until the code is scanned.
    const limits = { repeatable: true, refusalIsAnswer: true, timeoutMs: 60_000 };
    const data = await gateway.call({ what, path, body: { wId }, ...limits, signal });
    const wcId = readId(data["wcId"]);
    if (wcId === undefined) return undefined;
    const botName = readId(data["nickName"]);
    return { wId, wcId, ...(botName !== undefined && { botName }) };
  } catch (error) {
    if (isAppError(error, "channel_unreachable")) return undefined;
    throw error;
  }
}

async function untilDone<T>(
  { name, clock, logger, outbound }: ConnectOptions,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  let waitMs = FIRST_WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !isAppError(error) || error.code === "aborted") throw error;
      logger.warn("wkteam.retry", { channel: name, code: error.code, message: error.message, waitMs });
    }
    await clock.sleep(waitMs, signal);
    outbound?.retried();
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}
