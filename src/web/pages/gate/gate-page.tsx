import { texts } from "../../state/locale.ts";
import { PageHead } from "../../ui/page-head.tsx";

export function GatePage() {
  return (
    <div class="page">
      <PageHead title={texts.value.pages.gate} lead="" />
    </div>
  );
}
