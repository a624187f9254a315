import { createMemoryStore } from "../../src/store/memory-store.ts";
import { storeConformance } from "../conformance/store.ts";

storeConformance({ name: "memory", open: async () => createMemoryStore() });
