import type { ProxySettings } from "../core/runtime.ts";

/**
 * The proxies that the environment names; undefined when it names none. Lower case wins, as with curl; unlike curl,
 * which distrusts it on web servers, HTTP_PROXY in upper case is read as well.
 */
export function proxySettings(read: (variable: string) => string | undefined): ProxySettings | undefined {
  const either = (variable: string): string | undefined => read(variable.toLowerCase()) ?? read(variable);
  const [http, https, all, noProxy] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].map(either);
  if (http === undefined && https === undefined && all === undefined) return undefined;
  return {
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
    ...(all !== undefined && { all }),
    ...(noProxy !== undefined && { noProxy }),
  };
}

/** User and password of each proxy, as written and decoded, for redaction. */
export function proxySecrets({ http, https, all }: ProxySettings): string[] {
  return [http, https, all].flatMap((address) => {
    const [, credentials] = /^(?:[a-z\d+.-]+:\/\/)?([^/]*)@/i.exec(address ?? "") ?? [];
    if (credentials === undefined) return [];
    const password = credentials.slice(credentials.indexOf(":") + 1);
    return [credentials, password, decoded(credentials), decoded(password)];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
