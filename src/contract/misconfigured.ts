/** The call is wrong, not the portal: one sentence that says what to change. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured';
}
