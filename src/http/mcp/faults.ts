import type { NextFunction, Request, Response } from "express";
import { useProblemWriter, type Problem } from "../problem.ts";

/** Codes of JSON-RPC; what the guard and HTTP itself refuse has the server's own. */
const PARSE_ERROR = -32_700;
const SERVER_ERROR = -32_000;
const INTERNAL_ERROR = -32_603;

/** Faults of `/mcp` are told in JSON-RPC, whoever finds them. */
export function useMcpFaults({ path }: Request, response: Response, next: NextFunction): void {
  if (/^\/mcp\/?$/u.test(path)) useProblemWriter(response, writeRpcError);
  next();
}

function writeRpcError(response: Response, { status, title, detail }: Problem): void {
  const code = status === 400 ? PARSE_ERROR : status >= 500 ? INTERNAL_ERROR : SERVER_ERROR;
  const error = { code, message: detail === undefined ? title : `${title}: ${detail}` };
  response.status(status).json({ jsonrpc: "2.0", error, id: null });
}
