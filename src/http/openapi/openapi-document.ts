import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { rpcErrorSchema } from "../mcp/message-schema.ts";
import { statusesOf, type Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { fastApiErrorSchema, openAiErrorSchema, problemSchema } from "./response-schemas.ts";

const KEY_SCHEMES = {
  key: { type: "http", scheme: "bearer", description: "An API key, or the admin key" },
  admin: { type: "http", scheme: "bearer", description: "The admin key" },
};
const FAULT_SCHEMAS = {
  Problem: problemSchema,
  OpenAiError: openAiErrorSchema,
  FastApiError: fastApiErrorSchema,
  RpcError: rpcErrorSchema,
};

/** The whole API in OpenAPI 3.1, made of the schemas that the routes read their input by. */
export function openApiDocument() {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method]: describe(operation) };
  }
  const faults = Object.entries(FAULT_SCHEMAS).map(([name, schema]) => [name, schemaOf(schema, "output")]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Xianheng",
      version: "1",
      description: "Answers from a team's own documents, with checked citations, or silence with its reason.",
    },
    paths,
    components: { schemas: Object.fromEntries(faults), securitySchemes: KEY_SCHEMES },
  };
}

function describe(operation: Operation): object {
  const { method, path, summary, description, key, query, status } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(query === undefined ? [] : queryParameters(query)),
  ];
  const requestBody = requestBodyOf(operation);
  const faults = statusesOf(operation).filter((one) => one !== status);
  return {
    operationId: `${method}${path.replaceAll(/[/{_}.-]+(\w?)/gu, (_match, next: string) => next.toUpperCase())}`,
    summary: key === "admin" ? `${summary} (admin key)` : summary,
    ...(description !== undefined && { description }),
    security: key === "none" ? [] : key === "admin" ? [{ admin: [] }] : [{ key: [] }, { admin: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== undefined && { requestBody }),
    responses: {
      [status]: answerOf(operation),
      ...Object.fromEntries(faults.map((one) => [String(one), faultOf(operation, one)])),
    },
  };
}

function requestBodyOf({ body, bodyType }: Operation): object | undefined {
  if (body === undefined && bodyType === undefined) return undefined;
  const schema = body === undefined ? {} : { schema: schemaOf(body, "input") };
  return { required: body !== undefined, content: { [bodyType ?? "application/json"]: schema } };
}

function answerOf({ status, answer, streams, types = [] }: Operation): object {
  const content = {
    ...(answer !== undefined && { "application/json": { schema: schemaOf(answer, "output") } }),
    ...(streams !== undefined && { "text/event-stream": { schema: { type: "string" } } }),
    ...Object.fromEntries(types.map((type) => [type, {}])),
  };
  return { description: STATUS_CODES[status] ?? "", ...(Object.keys(content).length > 0 && { content }) };
}

function faultOf({ faults, types }: Operation, status: number): object {
  const description = STATUS_CODES[status] ?? "";
  // Not a fault, but an answer by what the client has already or wants of it.
  if (status < 400) return { description };
  const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  const content = {
    openai: { "application/json": { schema: { $ref: "#/components/schemas/OpenAiError" } } },
    // A missing key and too many requests are told before the route is reached.
    fastapi: { "application/json": { schema: { $ref: "#/components/schemas/FastApiError" } }, ...problem },
    "json-rpc": { "application/json": { schema: { $ref: "#/components/schemas/RpcError" } } },
    rfc9457: problem,
  };
  const anything = types?.includes("*/*") === true ? { "*/*": {} } : {};
  const retry = { "Retry-After": { description: "Whole seconds", schema: { type: "integer" } } };
  return {
    description,
    ...(status === 429 && { headers: retry }),
    content: { ...content[faults ?? "rfc9457"], ...anything },
  };
}

function queryParameters(query: z.ZodObject): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): object {
  // The dialect is that of OpenAPI 3.1 itself.
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io });
  return json;
}
