import { type ComponentType } from 'react';
import { type EditorKind, editorOf } from '../../rules/value-schema';
import { ChoiceEditor, ChoicesEditor } from './choice-editor';
import type { EditorProps } from './editor';
import { FlagEditor } from './flag-editor';
import { InstantEditor } from './instant-editor';
import { JsonEditor } from './json-editor';
import { LinesEditor } from './lines-editor';
import { ListsEditor } from './lists-editor';
import { NumberEditor } from './number-editor';
import { NumbersEditor } from './numbers-editor';
import { ObjectEditor } from './object-editor';
import { PairsEditor } from './pairs-editor';
import { RangeEditor } from './range-editor';
import { TextEditor } from './text-editor';
import { TextsEditor } from './texts-editor';

const EDITORS: Record<EditorKind, ComponentType<EditorProps>> = {
  whole: NumberEditor,
  number: NumberEditor,
  flag: FlagEditor,
  choice: ChoiceEditor,
  choices: ChoicesEditor,
  text: TextEditor,
  instant: InstantEditor,
  texts: TextsEditor,
  lines: LinesEditor,
  range: RangeEditor,
  numbers: NumbersEditor,
  object: ObjectEditor,
  pairs: PairsEditor,
  lists: ListsEditor,
  json: JsonEditor,
};

/** Whether an editor of this kind can show the value; what it cannot is shown as JSON, and nothing of it is lost. */
function fits(kind: EditorKind, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  switch (kind) {
    case 'whole':
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'text':
    case 'instant':
      return typeof value === 'string';
    case 'texts':
    case 'lines':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'choices':
      return Array.isArray(value);
    case 'range':
    case 'numbers':
      return Array.isArray(value) && value.every((item) => item === null || typeof item === 'number');
    case 'object':
    case 'pairs':
      return typeof value === 'object' && !Array.isArray(value);
    case 'lists':
      return (Array.isArray(value) ? value : [value]).every(
        (item) => typeof item === 'object' && item !== null && !Array.isArray(item),
      );
    default:
      return true;
  }
}

/** The editor that the schema of a value asks for. One that nobody thought of is entered as JSON. */
export function ValueEditor(props: EditorProps) {
  const kind = editorOf(props.schema);
  const Editor = EDITORS[fits(kind, props.value) ? kind : 'json'];
  return <Editor {...props} />;
}
