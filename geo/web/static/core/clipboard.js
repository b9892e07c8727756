/* What the reader copies. */

/* Whether the browser let `text` into its clipboard. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
