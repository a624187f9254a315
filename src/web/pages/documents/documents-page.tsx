import { texts } from "../../state/locale.ts";
import { PageHead } from "../../ui/page-head.tsx";

export function DocumentsPage() {
  return (
    <div class="page">
      <PageHead title={texts.value.pages.documents} lead="" />
    </div>
  );
}
