import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Router } from "express";
import { openApiDocument } from "../../src/http/openapi/openapi-document.ts";

/** A schema of JSON, as far as requests are made of it. */
export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
}

export type Content = Record<string, { schema?: JsonSchema }>;

export interface DocumentedOperation {
  /** Such as `post /v1/query`. */
  name: string;
  method: string;
  path: string;
  operationId: string;
  summary: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: "path" | "query"; required: boolean; schema: JsonSchema }[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; headers?: object; content?: Content }>;
}

export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Omit<DocumentedOperation, "name" | "method" | "path">>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

/** The document as a client reads it. */
export function readDocument(text = JSON.stringify(openApiDocument())): ApiDocument {
  return JSON.parse(text);
}

export function operationsOf({ paths }: ApiDocument): DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, name: `${method} ${path}`, method, path })),
  );
}

export interface ResponseCheck {
  /** What of a response the document does not say; undefined when all is as documented. */
  faultOf(operation: DocumentedOperation, response: Response, text: string): string | undefined;
}

/** Compares responses with what the document says of them. */
export function createResponseCheck(document: ApiDocument): ResponseCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: "openapi:", components: document.components });
  const compiled = new Map<string, ValidateFunction>();
  return {
    faultOf(operation, { status, headers }, text) {
      const documented = operation.responses[String(status)];
      if (documented === undefined) return `${status} is not documented: ${text.slice(0, 200)}`;
      const type = headers.get("content-type")?.split(";", 1)[0] ?? "";
      const { content = {} } = documented;
      if (type === "") return text === "" ? undefined : "a body without a type";
      const found = content[type] ?? content["*/*"];
      if (found === undefined) return `${status} has ${type}, documented are ${Object.keys(content).join(", ")}`;
      if (!type.endsWith("json") || found.schema === undefined) return undefined;
      const value: unknown = JSON.parse(text);
      const validate = validatorOf(`${operation.name} ${status} ${type}`, found.schema);
      if (!validate(value)) return `${status}: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 400)}`;
      if (type !== "application/problem+json") return undefined;
      const told = typeof value === "object" && value !== null && "status" in value ? value.status : undefined;
      return told === status ? undefined : `the problem says ${String(told)} at ${status}`;
    },
  };

  function validatorOf(id: string, schema: JsonSchema): ValidateFunction {
    const known = compiled.get(id);
    if (known !== undefined) return known;
    // References in the document start at its root.
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi:#/components/');
    const made = ajv.compile(JSON.parse(text));
    compiled.set(id, made);
    return made;
  }
}

export interface ServedRoute {
  /** Lower case; undefined for a route of every method. */
  method: string | undefined;
  /** With `{name}` for each part that varies. */
  path: string;
}

/** Every route of the routers, and of those inside them. */
export function routesOf(routers: readonly Router[]): ServedRoute[] {
  return routers.flatMap(({ stack }) =>
    stack.flatMap(({ route, handle }): ServedRoute[] => {
      if (route !== undefined) {
        const methods = new Set(route.stack.map(({ method }): string | undefined => method));
        return [route.path].flat().flatMap((path) => [...methods].map((method) => ({ method, path: template(path) })));
      }
      return isRouter(handle) ? routesOf([handle]) : [];
    }),
  );
}

function template(path: string): string {
  return path.replaceAll(/:(\w+)/gu, "{$1}");
}

function isRouter(handle: object): handle is Router {
  return "stack" in handle && Array.isArray(handle.stack);
}
