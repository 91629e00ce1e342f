/** System text, prompt and schema of a call for a text, whichever way they go. */
export function askedIn(call: Record<string, unknown>): { system: string; prompt: string; format: object } {
  const { prompt, system, format, messages, response_format } = call as {
    prompt?: string;
    system?: string;
    format?: object;
    messages?: { content: string }[];
    response_format?: { json_schema: { schema: object } };
  };
  const [said, asked] = messages?.map(({ content }) => content) ?? [system!, prompt!];
  return { system: said, prompt: asked, format: format ?? response_format!.json_schema.schema };
}
