import type { Channel, ChannelFinding, OutboundObserver } from "../../core/channel.ts";
import { AppError } from "../../core/errors.ts";
import type { Clock, Fetch } from "../../core/runtime.ts";
import { callPlatform, describeFault, type Platform, type PlatformRequest } from "../call-platform.ts";
import { cardOf, encodePost, encodeText, partsOfPost, type LarkPart } from "../lark/encode.ts";
import { errorFromRefusal, readRefusal, type LarkRefusal } from "../lark/error-codes.ts";
import { createSecretMask } from "../secret-mask.ts";
import { sendParts } from "../send-parts.ts";
import { createSendLimit } from "../send-limit.ts";
import { signHook } from "./sign.ts";

/** The whole request may have 20 KB; signature and names are small. */
const MAX_CARD_BYTES = 19_000;
const MAX_ATTEMPTS = 3;
const BACKOFF_MS = 5000;

/** Of a `[[channel]]` with `kind = "lark-hook"`; the secrets themselves instead of their variables' names. */
export interface LarkHookOptions {
  name: string;
  /** The whole address that Lark shows for the custom bot, or its last part. Whoever has it can post. */
  hook: string;
  /** Of "signature verification"; without it Lark believes whoever has the address. */
  secret?: string | undefined;
  baseUrl: string;
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
}

/** A custom bot of a group: notices out, nothing in. */
export function createLarkHookChannel(options: LarkHookOptions): Channel {
  const { name, clock } = options;
  const hook = options.hook.trim();
  const secret = options.secret === "" ? undefined : options.secret;
  const platform: Platform = {
    name: `lark-hook "${name}"`,
    baseUrl: options.baseUrl.replace(/\/+$/, ""),
    fetch: options.fetch,
    outbound: options.outbound,
    secrets: createSecretMask([hook, hook.split("/").at(-1), secret]),
  };
  const limit = createSendLimit({
    windows: [
      { max: 5, windowMs: 1000 },
      { max: 100, windowMs: 60_000 },
    ],
    clock,
  });

  /** Undefined when it was taken. */
  const postOnce = async (message: object, signal: AbortSignal): Promise<LarkRefusal | undefined> => {
    const timestamp = Math.floor(clock.now() / 1000);
    const signature = secret === undefined ? {} : { timestamp: String(timestamp), sign: signHook(timestamp, secret) };
    const answer = await callPlatform(platform, { ...request(hook, signal), body: { ...signature, ...message } });
    return readRefusal(answer);
  };
  const postPart = async (
    part: LarkPart,
    { begin, signal }: { begin: () => Promise<void>; signal: AbortSignal },
  ): Promise<undefined> => {
    const forms = [{ msg_type: "interactive", card: cardOf(part) }, postForm(part), textForm(part)];
    for (let attempt = 1; ;) {
      const form = forms[0];
      if (form === undefined) throw new Error("no way to send a part");
      const refusal = await limit.run(
        "hook",
        async () => {
          await begin();
          return postOnce(form, signal);
        },
        signal,
      );
      if (refusal === undefined) return undefined;
      if (refusal.kind === "limited" && attempt < MAX_ATTEMPTS) {
        attempt += 1;
        options.outbound?.retried();
        limit.pause("hook", refusal.retryAfterMs ?? BACKOFF_MS);
      } else if (isAboutForm(refusal) && forms.length > 1) {
        forms.shift();
        options.outbound?.retried();
      } else {
        throw faultOf(platform, refusal, request(hook, signal));
      }
    }
  };

  return {
    name,
    kind: "lark-hook",
    abilities: { hearsEverything: false, sendsOnce: false, resumesSends: true, recalls: false, takesFeedback: false },
    start: () => {
      const isAddress = URL.canParse(hook) ? /^https?:/.test(hook) : /^[\w-]+$/.test(hook);
      if (isAddress) return Promise.resolve();
      const fault = "the variable of hook_env holds no address; copy it from the custom bot's settings";
      return Promise.reject(new AppError("channel_unauthorised", `${platform.name}: ${fault}`));
    },
    stop: () => Promise.resolve(),
    send: (post, progress, signal) => {
      // A custom bot gets no callbacks, so buttons would lead nowhere.
      const parts = partsOfPost({ ...post, takesFeedback: false }, { maxCardBytes: MAX_CARD_BYTES });
      return sendParts({
        name: platform.name,
        // Named by number: two parts may read the same.
        parts: parts.map((_part, index) => String(index)),
        progress,
        now: () => clock.now(),
        send: (index, begin) => {
          const part = parts[Number(index)];
          if (part === undefined) throw new Error("no such part");
          return postPart(part, { begin, signal });
        },
      });
    },
    check: () => Promise.resolve(findings(secret)),
  };
}

function request(hook: string, signal: AbortSignal): PlatformRequest {
  const url = URL.canParse(hook) ? hook : `/open-apis/bot/v2/hook/${hook}`;
  return { what: "send a notice", method: "POST", url, repeatable: false, signal };
}

/** Lark objects to the card or the rich text, not to us. */
function isAboutForm({ kind, code }: LarkRefusal): boolean {
  return kind === "card" || kind === "too-long" || code === 9499;
}

function faultOf(platform: Platform, refusal: LarkRefusal, { what }: PlatformRequest): AppError {
  const error = errorFromRefusal(refusal, (fault) => describeFault(platform, { what }, fault));
  // Nothing tells a second notice from the first, so what may have been shown is not to be tried again.
  return error.code === "channel_unknown_outcome" ? new AppError(error.code, error.message) : error;
}

function postForm(part: LarkPart): object {
  const content: unknown = JSON.parse(encodePost(part).content);
  return { msg_type: "post", content: { post: content } };
}

function textForm(part: LarkPart): object {
  const content: unknown = JSON.parse(encodeText(part).content);
  return { msg_type: "text", content };
}

function findings(secret: string | undefined): ChannelFinding[] {
  const reach: ChannelFinding = {
    what: "hook",
    status: "skipped",
    detail: "A custom bot can only be tried by posting.",
    remedy: "Send it a notice: POST /v1/channels/{name}/messages.",
  };
  if (secret !== undefined) return [reach];
  return [
    reach,
    {
      what: "signature",
      status: "warning",
      detail: "Without a signature anybody who sees the address can post to the group.",
      remedy: "Turn on signature verification in the custom bot's settings and set secret_env.",
    },
  ];
}
