import { isAppError, type AppError, type ErrorCode } from "../core/errors.ts";
import type { ChatModel } from "../core/model.ts";
import { nearestName } from "../core/nearest-name.ts";
import type { Locale } from "../core/runtime.ts";
import { describeFault, type DescribedFault, type FaultTexts } from "./gateway-texts.ts";

/** One configured gateway, as `doctor` looks at it. */
export interface CheckedGateway {
  provider: string;
  modelName: string;
  /** Names of the variables that hold its keys. */
  keyVariables: string[];
  baseUrl: string;
  model: ChatModel;
  /** Absent where it cannot be asked for its models. */
  listModels?: (signal: AbortSignal) => Promise<{ name: string }[]>;
}

export interface GatewayCheckOptions {
  locale: Locale;
  /** Whether a variable names a proxy. */
  hasProxy: boolean;
}

/**
 * Sends a gateway a tiny request.
 * @returns nothing when it answered, else what is wrong and what to do
 */
export async function findGatewayFault(
  gateway: CheckedGateway,
  { locale, hasProxy }: GatewayCheckOptions,
  signal: AbortSignal,
): Promise<FaultTexts | undefined> {
  const { model, provider, modelName, baseUrl, keyVariables } = gateway;
  try {
    await model.complete({ messages: [{ role: "user", content: "Reply with OK." }], maxTokens: 16 }, signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!isAppError(error)) throw error;
    // A model that thinks or says little needs more than 16 tokens: it did answer.
    if (error.code === "model_bad_reply" && /empty text \([^)]*(?:length|max_tokens)/u.test(error.message)) {
      return undefined;
    }
    const told = faultOf(error);
    const { fault, offered } = await askForModels(gateway, told, signal);
    const { hostname, host } = URL.canParse(baseUrl) ? new URL(baseUrl) : { hostname: provider, host: provider };
    const unset = keyVariables.filter((variable) => error.message.includes(`${variable} is not set`));
    const facts = {
      id: model.id,
      provider,
      modelName,
      keyVariables: unset.length > 0 ? unset : keyVariables,
      baseUrl,
      host,
      isLocal: /^(?:localhost|127\.|\[?::1)/u.test(hostname),
      hasProxy,
      offered,
      nearest: nearestName(modelName, offered),
      said: error.message.replace(`${model.id} `, "").replace(/[.。]$/u, ""),
    };
    return describeFault(fault, facts, locale);
  }
}

/** Codes without a finer fault: dialects of their own error codes tell no more. */
const FAULT_OF_CODE: Partial<Record<ErrorCode, DescribedFault>> = {
  model_unauthorised: "key-refused",
  model_rate_limited: "rate-limited",
  model_rejected_request: "model_rejected_request",
  model_bad_reply: "model_bad_reply",
  model_budget_spent: "model_budget_spent",
  package_missing: "package_missing",
  timeout: "timeout",
};

function faultOf({ fault, code }: AppError): DescribedFault {
  return fault ?? FAULT_OF_CODE[code] ?? "model_unreachable";
}

/**
 * A gateway that knows no such model may list those that it has. One that lists models without the configured one had
 * no other reason to answer 404 or 400.
 */
async function askForModels(
  { listModels, modelName }: CheckedGateway,
  fault: DescribedFault,
  signal: AbortSignal,
): Promise<{ fault: DescribedFault; offered: string[] }> {
  const mayBeModel = fault === "model-unknown" || fault === "endpoint-unknown" || fault === "model_rejected_request";
  if (!mayBeModel || listModels === undefined) return { fault, offered: [] };
  try {
    const offered = (await listModels(signal)).map(({ name }) => name);
    const isMissing = offered.length > 0 && modelName !== "auto" && !offered.includes(modelName);
    return { fault: isMissing ? "model-unknown" : fault, offered };
  } catch (error) {
    signal.throwIfAborted();
    // No list: what the first answer said is all that is known.
    if (isAppError(error)) return { fault, offered: [] };
    throw error;
  }
}
