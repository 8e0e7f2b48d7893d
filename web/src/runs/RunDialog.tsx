import { Button, Group, Stack } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useInfo } from '@/api/queries';
import type { CheckAnswer, MissingValue } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { ACCENT } from '@/base/theme';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { Field } from '@/forms/Field';
import { useEditor } from '@/workflow/editor';
import { useAnswerProblems } from './answerProblems';
import { Notices, Problems } from './RunNotices';
import { isAnswered, objections, questionKey, questions, startValues, toConfig } from './runAnswers';
import { useRunner } from './startRun';

export function RunDialog() {
  const { asking, close } = useRunner();
  const phone = usePhone();
  return (
    <Dialog opened={asking !== null} onClose={close} title="Before it runs" fullScreen={phone} size="lg">
      {asking && <Questions check={asking} />}
    </Dialog>
  );
}

function Questions({ check }: { check: CheckAnswer }) {
  const { start, starting, close } = useRunner();
  const background = useUi((state) => state.background);
  const answers = useEditor((state) => state.answers);
  const { data: info } = useInfo();
  const [values, setValues] = useState(() => startValues(check.missing, answers, info?.userEmail ?? null));
  const [tried, setTried] = useState(false);
  const asked = questions(check.missing);
  const open = asked.filter((question) => !isAnswered(values[questionKey(question)]));
  const workflow = useEditor((state) => state.workflow);
  const { byQuestion, rest } = objections(check.problems, check.missing, workflow);
  const blocked = rest.length > 0;
  const typed = useAnswerProblems(workflow, check.missing, values);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!blocked && open.length === 0) void start(toConfig(check.missing, values));
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Problems problems={rest} />
        <Notices notices={check.notices} />
        {!blocked &&
          asked.map((question, index) => {
            const key = questionKey(question);
            return (
              <Field
                key={key}
                schema={{ ...question.schema, title: question.title }}
                description={reasonFor(question)}
                value={values[key]}
                onChange={(value) => setValues((old) => ({ ...old, [key]: value }))}
                required
                autoFocus={index === 0}
                error={
                  tried && open.includes(question)
                    ? `${question.title} is needed for this run.`
                    : (typed.get(key) ?? byQuestion.get(key))
                }
              />
            );
          })}
        <Group justify="flex-end" gap="sm">
          <Button onClick={close}>Cancel</Button>
          {!blocked && (
            <Button
              type="submit"
              variant="filled"
              color={ACCENT}
              loading={starting}
              leftSection={<IconPlayerPlayFilled size={15} aria-hidden />}
            >
              {background ? 'Run in Background' : 'Run Workflow'}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** What the value is for, and how it may be written. */
function reasonFor({ nodeLabel, why, schema }: MissingValue): string {
  const need = why ? `“${nodeLabel}” needs it: ${why}.` : `For “${nodeLabel}”.`;
  return schema.description ? `${need} ${schema.description}` : need;
}
