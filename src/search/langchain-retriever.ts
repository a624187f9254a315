import type { DocumentInterface } from "@langchain/core/documents";
import type { BaseRetriever } from "@langchain/core/retrievers";
import { AppError } from "../core/errors.ts";
import type { Hit, RetrieveOptions, Retriever } from "../core/retriever.ts";

/**
 * Shows a retriever to LangChain chains. A document's metadata has id, source, title, headings, score and, where known, page.
 * LangChain takes a third of a second to load, so it is imported here and by nothing that an answer needs.
 * @throws AppError `package_missing`
 */
export async function toLangChainRetriever(
  retriever: Retriever,
  options: Omit<RetrieveOptions, "queryVector"> = {},
): Promise<BaseRetriever> {
  const [{ BaseRetriever: Base }, { Document }] = await Promise.all([
    import("@langchain/core/retrievers"),
    import("@langchain/core/documents"),
  ]).catch((cause: unknown) => {
    throw new AppError("package_missing", "The package @langchain/core is not installed: install it to use chains.", {
      cause,
    });
  });

  class XianhengRetriever extends Base {
    lc_namespace = ["xianheng", "retrievers"];

    override async _getRelevantDocuments(query: string): Promise<DocumentInterface[]> {
      const { hits } = await retriever.retrieve(query, options, new AbortController().signal);
      return hits.map((hit) => new Document(documentFields(hit)));
    }
  }
  return new XianhengRetriever();
}

function documentFields({ chunk, source, title, score }: Hit): {
  id: string;
  pageContent: string;
  metadata: Record<string, unknown>;
} {
  const { id, text, headings, page } = chunk;
  return {
    id,
    pageContent: text,
    metadata: { id, source, title, headings, score, ...(page !== undefined && { page }) },
  };
}
