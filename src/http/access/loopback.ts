/** Whether a host, as configured or in a header without its port, is this machine alone. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/iu.test(host);
}
