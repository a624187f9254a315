import { texts } from "../../state/locale.ts";
import { PageHead } from "../../ui/page-head.tsx";

export function LedgerPage() {
  return (
    <div class="page">
      <PageHead title={texts.value.pages.ledger} lead="" />
    </div>
  );
}
