import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { create } from 'zustand';
import { Dialog } from './Dialog';
import { ACCENT } from './theme';

interface Question {
  title: string;
  words: string;
  yes: string;
  onYes: () => void;
}

const useAsked = create<{ question: Question | null }>()(() => ({ question: null }));

/** Do it only after a yes. */
export function ask(question: Question): void {
  useAsked.setState({ question });
}

export function AskDialog() {
  const { question } = useAsked();
  const [shown, setShown] = useState(question);
  if (question && question !== shown) setShown(question); // it stays in view while the dialog closes
  const close = () => useAsked.setState({ question: null });
  const yes = () => {
    close();
    question?.onYes();
  };
  return (
    <Dialog opened={question !== null} onClose={close} title={shown?.title}>
      {shown?.words}
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button onClick={close} data-autofocus>
          Not now
        </Button>
        <Button variant="filled" color={ACCENT} onClick={yes}>
          {shown?.yes}
        </Button>
      </Group>
    </Dialog>
  );
}
