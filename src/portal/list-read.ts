import { Inconclusive } from '../contract/finding.ts';
import type { ShapeFindings } from '../contract/shape.ts';
import { type Exchange, mediaType, nameMediaType } from '../http/exchange.ts';
import { type JsonText, noBody, readJson } from '../http/json-text.ts';
import type { SecretMasker } from '../secrets/masker.ts';
import type { Search } from '../secrets/search.ts';
import { bodyFactsOf, type TokenRecord, type Trait } from './body-facts.ts';
import type { Reader } from './credential.ts';

const none: ReadonlyMap<string, TokenRecord> = new Map();

/** The response to one request for the list. */
export class ListRead {
  readonly credential: Reader;
  readonly exchange: Exchange;
  constructor(credential: Reader, exchange: Exchange) {
    this.credential = credential;
    this.exchange = exchange;
  }

  get #body(): Buffer {
    return this.exchange.response?.body ?? noBody;
  }

  get status(): number | undefined {
    return this.exchange.response?.status;
  }

  /** Whether the request was accepted (2xx): judged further only then. */
  get accepted(): boolean {
    const { status } = this;
    return status !== undefined && status >= 200 && status < 300;
  }

  /** Whether the token was rejected (401, or 403). */
  get rejected(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** The body read as JSON, strictly. */
  get json(): JsonText {
    return readJson(this.#body);
  }

  /** What the schemas say of the body. */
  get shape(): ShapeFindings {
    return bodyFactsOf(this.#body).shape;
  }

  /** Whether somebody answered with a page of HTML. */
  get isPage(): boolean {
    return this.mediaType === 'text/html' && this.json.value === undefined;
  }

  /** Whether there is an array to examine. */
  get usable(): boolean {
    return this.accepted && Array.isArray(this.json.value);
  }

  /** The elements that are objects, with their index. */
  get records(): readonly (readonly [number, TokenRecord])[] {
    return this.accepted ? bodyFactsOf(this.#body).records : [];
  }

  /** How many records have a trait. */
  countOf(trait: Trait): number {
    return this.accepted ? bodyFactsOf(this.#body).countOf(trait) : 0;
  }

  /** The media type of the answer, in lower case and without parameters. */
  get mediaType(): string | undefined {
    return this.exchange.response && mediaType(this.exchange.response);
  }

  /** The media type as it may be shown. */
  get mediaTypeName(): string | undefined {
    return nameMediaType(this.mediaType);
  }

  header(name: string): string | undefined {
    const value = this.exchange.response?.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** How often some tokens occur anywhere in the response, in whatever member or header. */
  mentions(tokens: Search, isMeant?: (found: string) => boolean): number {
    const { response } = this.exchange;
    if (!response) return 0;
    const inHead = tokens.countIn(response.rawHeaders.join('\n'), isMeant);
    const { value } = this.json;
    const text = this.json.text();
    const inText = tokens.countIn(text, isMeant);
    // An escape hides what it stands for: the strings are searched as they were parsed, too.
    const isEscaped = value !== undefined && text.includes('\\');
    const inStrings = isEscaped ? tokens.countIn(JSON.stringify(value), isMeant) : 0;
    return inHead + Math.max(inText, inStrings);
  }

  /** Some tokens that are, as they are, strings of the body: what is short may be part of any word. */
  holds(tokens: ReadonlySet<string>): number {
    let count = 0;
    const open: unknown[] = [this.json.value];
    while (open.length > 0) {
      const value = open.pop();
      if (typeof value === 'string' && tokens.has(value)) count += 1;
      if (typeof value === 'object' && value !== null)
        for (const one of Object.values(value)) open.push(one);
    }
    return count;
  }

  /** The records by id; of several with one id, the first. */
  get byId(): ReadonlyMap<string, TokenRecord> {
    return this.accepted ? bodyFactsOf(this.#body).byId : none;
  }

  /** Has every id that is listed watched for: each is a live credential. */
  register(masker: SecretMasker): void {
    for (const id of this.byId.keys()) masker.add(id);
  }

  /** Why there is no list to judge, in a sentence. */
  get trouble(): string {
    const { failure } = this.exchange;
    const { label } = this.credential;
    if (failure) return `with ${label}, ${failure.sentence}`;
    if (!this.accepted) return `with ${label}, the list was answered with ${this.status}`;
    return `with ${label}, the answer is not a JSON array`;
  }

  /** @throws Inconclusive when nothing can be said of what was not answered. */
  requireAnswer(): void {
    const { failure } = this.exchange;
    if (failure) throw new Inconclusive(this.trouble);
    if ((this.status ?? 0) >= 500 || this.status === 429) throw new Inconclusive(this.trouble);
  }
}
