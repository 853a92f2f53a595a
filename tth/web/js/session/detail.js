/** What events of ours carry. */

/**
 * What a CustomEvent carries.
 *
 * @param {Event} event
 */
export function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
