import type { RequestHandler } from "express";
import helmet from "helmet";

/** Our pages load only what is ours, from files: no inline script or style. The rest is for documents that nobody should frame. */
const POLICY = {
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "connect-src": ["'self'"],
  "font-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  "frame-ancestors": ["'none'"],
};

/** The security headers of every response; browsers are told to keep to https only where the public address has it. */
export function securityHeaders({ publicUrl }: { publicUrl: string | undefined }): RequestHandler {
  const isHttps = publicUrl !== undefined && new URL(publicUrl).protocol === "https:";
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    // What else lives below the same name is not ours to decide.
    strictTransportSecurity: isHttps && { includeSubDomains: false },
    xFrameOptions: { action: "deny" },
  });
}
