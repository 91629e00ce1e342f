/**
 * A caller's words for a prompt: JSON, so that no quote or line break ends them early. `<` is escaped too, because a model's own
 * marks (`<|eot_id|>`, `<start_of_turn>`) begin with it, and Ollama reads them wherever they stand.
 */
export const asData = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
