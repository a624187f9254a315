import type { ComponentType } from "preact";
import { lazy } from "preact/compat";
import { texts } from "../state/locale.ts";
import { EmptyState } from "./states.tsx";

/** A page that is loaded when it is opened. Where its file is gone the console has been built anew since, or the service is away. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  return lazy(async () => load().catch(() => MissingPage));
}

function MissingPage() {
  const words = texts.value;
  return (
    <EmptyState icon="refresh" title={words.outdated}>
      <p>{words.outdatedHint}</p>
      <button type="button" class="button primary" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </EmptyState>
  );
}
