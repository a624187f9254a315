import { storedSignal } from "./stored.ts";

/** The API key or the admin key, for as long as the tab is open; the admin key opens both. */
export const accessKey = storedSignal(() => sessionStorage, "xianheng.key", "");
