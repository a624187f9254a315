/** The public surface, listed by hand: what another program may rely on. */

// An assistant over one configuration.
export { createAssistant } from "./app.ts";
export type {
  AskOptions,
  AskResult,
  Assistant,
  AssistantOptions,
  DoctorCheck,
  GatewayListing,
  IngestOptions,
  IngestProgress,
  IngestReport,
  InspectReport,
} from "./app.ts";

// Its configuration.
export { loadConfig } from "./config/load.ts";
export type { LoadConfigOptions, LoadedConfig } from "./config/load.ts";

// What comes back.
export { AppError, ERROR_CODES, isAppError } from "./core/errors.ts";
export type { ErrorCode } from "./core/errors.ts";
export { DECLINE_REASONS } from "./core/outcome.ts";
export type { Citation, DeclineReason, GateScores, Outcome } from "./core/outcome.ts";
export type { HistoryTurn } from "./core/message.ts";
export type { Hit } from "./core/retriever.ts";

// What can be put in.
export { fromLangChain, fromVendor } from "./models/own-models.ts";
export type { OwnModel, OwnModelOptions, VendorModelOptions } from "./models/own-models.ts";
export type { LangChainChatModel } from "./models/langchain-model.ts";
export { VENDORS } from "./models/vendors.ts";
export type { Vendor } from "./models/vendors.ts";
export type { Block, Chunk, ParsedDocument, ParseInput, Parser } from "./core/document.ts";
export type { Fetch, Locale, Logger } from "./core/runtime.ts";
