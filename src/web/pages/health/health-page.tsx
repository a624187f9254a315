import { texts } from "../../state/locale.ts";
import { PageHead } from "../../ui/page-head.tsx";

export function HealthPage() {
  return (
    <div class="page">
      <PageHead title={texts.value.pages.health} lead="" />
    </div>
  );
}
