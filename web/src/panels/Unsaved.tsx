import { Button } from '@mantine/core';
import { Note } from '@/base/Note';
import { ACCENT } from '@/base/theme';
import { saveWorkflow } from '@/saved/save';
import { isDirty, useEditor } from '@/workflow/editor';

/** A trigger lives once the workflow is saved; here is where that is done. */
export function Unsaved({ what }: { what: string }) {
  const ever = useEditor((state) => state.saved !== null);
  const dirty = useEditor(isDirty);
  if (ever && !dirty) return null;
  return (
    <Note tone="warn" title={ever ? 'Not saved yet' : 'Not active yet'}>
      {ever
        ? `The saved ${what} goes on as it was until you save.`
        : `A ${what} starts runs once the workflow is saved.`}
      <Button
        mt={8}
        size="xs"
        variant="filled"
        color={ACCENT}
        display="block"
        onClick={() => void saveWorkflow()}
      >
        {ever ? 'Save' : 'Save and activate'}
      </Button>
    </Note>
  );
}
