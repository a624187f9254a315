import { z } from "zod";

const rpcId = z.union([z.string(), z.int()]);

/** A message of JSON-RPC, for the document of the API; the package that serves it reads it more closely. */
export const rpcMessageSchema = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: rpcId.optional().describe("Absent in a notification"),
  method: z.string(),
  params: z.looseObject({}).optional(),
});

const rpcError = z.looseObject({ code: z.int(), message: z.string() });

/** The answer to a request, as JSON for clients of 2026-07-28; older ones get it as an event. */
export const rpcAnswerSchema = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: rpcId,
  result: z.looseObject({}).optional(),
  error: rpcError.optional(),
});

export const rpcErrorSchema = z.strictObject({ jsonrpc: z.literal("2.0"), error: rpcError, id: rpcId.nullable() });
