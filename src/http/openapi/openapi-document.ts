import { z } from "zod";
import { OPERATIONS, type Operation } from "./operations.ts";
import { fastApiErrorSchema, openAiErrorSchema, problemSchema } from "./response-schemas.ts";

/** The whole API in OpenAPI 3.1, made of the schemas that the routes read their input by. */
export function openApiDocument() {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Xianheng",
      version: "1",
      description: "Answers from a team's own documents, with checked citations, or silence with its reason.",
    },
    paths,
    components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  };
}

function describe(operation: Operation): object {
  const { method, path, summary, key, body, query, status, answer, streams } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(query === undefined ? [] : queryParameters(query)),
  ];
  const content = {
    ...(answer !== undefined && { "application/json": { schema: schemaOf(answer, "output") } }),
    ...(streams !== undefined && { "text/event-stream": { schema: { type: "string" } } }),
  };
  return {
    operationId: `${method}${path.replaceAll(/[/{_}.-]+(\w?)/gu, (_match, next: string) => next.toUpperCase())}`,
    summary: key === "admin" ? `${summary} (admin key)` : summary,
    security: key === "none" ? [] : [{ key: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } },
    }),
    responses: {
      [status]: { description: "Done", ...(Object.keys(content).length > 0 && { content }) },
      default: faultOf(operation),
    },
  };
}

function faultOf({ faults }: Operation): object {
  const problem = { "application/problem+json": { schema: schemaOf(problemSchema, "output") } };
  const content = {
    openai: { "application/json": { schema: schemaOf(openAiErrorSchema, "output") } },
    // A missing key and too many requests are told before the route is reached.
    fastapi: { "application/json": { schema: schemaOf(fastApiErrorSchema, "output") }, ...problem },
    rfc9457: problem,
  };
  return { description: "Not done", content: content[faults ?? "rfc9457"] };
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
