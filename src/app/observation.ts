import type { ChatModel, ChatReply, TokenUsage } from "../core/model.ts";
import { faultCode, inSpan, noTracer, type Span, type Tracer } from "../core/tracer.ts";

/** One call of a gateway, as often as it was tried. */
export interface ModelCall {
  /** `vendor/model`. */
  model: string;
  seconds: number;
  /** `ok`, or why it failed. */
  code: string;
  usage: TokenUsage | undefined;
}

/** Where models and steps tell what they do; nobody listens until the service has metrics or a collector. */
export interface Observation {
  tracer: Tracer;
  /** Around a model without limits and retries, so that each try counts. */
  observeModel(model: ChatModel): ChatModel;
  aroundStep<T>(name: string, work: () => Promise<T>): Promise<T>;
  traceWith(tracer: Tracer): void;
  onModelCall(listener: (call: ModelCall) => void): void;
}

export function createObservation(now: () => number): Observation {
  let current = noTracer;
  let tell: ((call: ModelCall) => void) | undefined;
  const tracer: Tracer = { begin: (name, start) => current.begin(name, start) };

  async function observed(id: string, call: () => Promise<ChatReply>): Promise<ChatReply> {
    const startedAt = now();
    const { vendor, model } = split(id);
    const facts = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": vendor,
      "gen_ai.request.model": model,
    };
    const told = (code: string, usage?: TokenUsage): void =>
      tell?.({ model: id, seconds: (now() - startedAt) / 1000, code, usage });
    return inSpan(tracer, { name: `chat ${model}`, kind: "client", facts }, async (span) => {
      try {
        const reply = await call();
        tellReply(span, reply);
        told("ok", reply.usage);
        return reply;
      } catch (error) {
        told(faultCode(error));
        throw error;
      }
    });
  }

  return {
    tracer,
    observeModel(model) {
      const { id, limits } = model;
      const seen: ChatModel = {
        id,
        limits,
        complete: (request, signal) => observed(id, () => model.complete(request, signal)),
      };
      const stream = model.stream?.bind(model);
      if (stream !== undefined) {
        seen.stream = (request, onText, signal) => observed(id, () => stream(request, onText, signal));
      }
      return seen;
    },
    aroundStep: (name, work) => inSpan(tracer, { name }, work),
    traceWith(real) {
      current = real;
    },
    onModelCall(listener) {
      tell = listener;
    },
  };
}

/** Names of OpenTelemetry's conventions for generative AI. */
function tellReply(span: Span, { model, usage, truncated }: ChatReply): void {
  span.set({
    "gen_ai.response.model": split(model).model,
    "gen_ai.usage.input_tokens": usage.prompt,
    "gen_ai.usage.output_tokens": usage.completion,
    "xianheng.truncated": truncated,
  });
}

function split(id: string): { vendor: string; model: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { vendor: id, model: id } : { vendor: id.slice(0, slash), model: id.slice(slash + 1) };
}
