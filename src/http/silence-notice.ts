/** One line for programs that must show something where we stay silent, in the language of the question. */
export function silenceNotice(question: string, reason: string | undefined): string {
  const [chinese, english] =
    reason === "not-a-question" || reason === "too-short"
      ? ["这不像是一个可以从文档里回答的问题。", "This does not look like a question that documents could answer."]
      : ["文档里没有这个问题的答案，我就不猜了。", "The documents do not answer this, so I will not guess."];
  return /\p{Script=Han}/u.test(question) ? chinese : english;
}
