import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Telemetry } from "./telemetry.ts";

export interface OpenTelemetryOptions {
  config: LoadedConfig;
  logger: Logger;
  version: string;
  instanceId: string;
}

/**
 * Traces where `[telemetry]` names a collector; otherwise nothing is loaded.
 * @throws AppError `package_missing`, `config_invalid`
 */
export async function openTelemetry({ config, ...rest }: OpenTelemetryOptions): Promise<Telemetry | undefined> {
  const { otlp_endpoint: endpoint, service_name: serviceName, headers_env: variable, sample } = config.config.telemetry;
  if (endpoint === undefined) return undefined;
  const headers = variable === undefined ? {} : readHeaders(variable, config.secret(variable));
  const { startTelemetry } = await import("./telemetry.ts").catch((error: unknown) => {
    throw new AppError(
      "package_missing",
      "[telemetry] otlp_endpoint: the packages of OpenTelemetry are not installed: run npm install --include=optional.",
      { cause: error },
    );
  });
  return startTelemetry({ endpoint, serviceName, headers, sample, ...rest });
}

/** `name=value,name=value`, values perhaps percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS has them. */
function readHeaders(variable: string, text: string | undefined): Record<string, string> {
  if (text === undefined) throw unfit(`the variable ${variable} is not set`);
  const headers: Record<string, string> = {};
  for (const pair of text.split(",").filter((part) => part.trim() !== "")) {
    const [, name, value = ""] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/s.exec(pair) ?? [];
    const decoded = percentDecoded(value.trim());
    if (name === undefined || !/^[\t\x20-\x7e]*$/.test(decoded))
      throw unfit(`${variable} is not name=value,name=value`);
    headers[name] = decoded;
  }
  return headers;
}

function unfit(fault: string): AppError {
  return new AppError("config_invalid", `[telemetry] headers_env: ${fault}`);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
