/** Tokens an answer has at most where the request does not say. */
export const DEFAULT_MAX_TOKENS = 512;

export interface GenerateRequest {
  /** What is asked. It may hold text of a caller: whatever must be obeyed stands in `system`. */
  prompt: string;
  /** Who the model is to be. The model's own system text when left out. */
  system?: string;
  /** 0 (always the likeliest word) … 2. The model's own when left out. */
  temperature?: number;
  /** Tokens the answer has at most, 1 … 4,096. */
  max_tokens?: number;
  /** JSON Schema the answer is to follow. It guides the model and proves nothing: check what comes back. */
  format?: Readonly<Record<string, unknown>>;
  /** Aborted when nobody waits for the answer any more; the model is then stopped, and the promise rejected with its reason. */
  signal?: AbortSignal;
}

/** A model that continues text. */
export abstract class LanguageModel {
  /**
   * What the model wrote, to the letter. It is untrusted: nothing has been stripped from it, and it may be empty.
   * @throws Problem model-busy, model-unavailable, model-missing, model-too-slow, model-answer-invalid
   */
  abstract generate(request: GenerateRequest): Promise<string>;

  /**
   * The same in pieces, as the model writes them; a piece may end in the middle of a character. Whoever does not take it to its end
   * aborts `signal` or returns the generator.
   * @throws as above, from any piece on
   */
  abstract stream(request: GenerateRequest): AsyncGenerator<string, void>;
}
