/** Name of the note, in the scope of its place, that a post was withdrawn; its value is the id of the message that wanted it. */
export function withdrawnNote(postKey: string): string {
  return `recalled:${postKey}`;
}
