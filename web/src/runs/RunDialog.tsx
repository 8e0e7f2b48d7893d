import { Button, Group, Modal, Stack } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useInfo } from '@/api/queries';
import type { CheckAnswer, MissingValue, Notice, Problem } from '@/api/types';
import { Note } from '@/app/Note';
import { ACCENT } from '@/app/theme';
import { useUi } from '@/app/ui';
import { usePhone } from '@/app/usePhone';
import { Field } from '@/panels/form/Field';
import { useEditor } from '@/workflow/editor';
import { isAnswered, questionKey, questions, startValues, toConfig } from './answers';
import classes from './RunDialog.module.css';
import { useRunner } from './runner';

export function RunDialog() {
  const { asking, close } = useRunner();
  const phone = usePhone();
  return (
    <Modal
      opened={asking !== null}
      onClose={close}
      title={asking?.problems.length ? 'This workflow cannot run yet' : 'Before it runs'}
      fullScreen={phone}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {asking && <Questions check={asking} />}
    </Modal>
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
  const blocked = check.problems.length > 0;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!blocked && open.length === 0) void start(toConfig(check.missing, values));
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Problems problems={check.problems} />
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
                  tried && open.includes(question) ? `${question.title} is needed for this run.` : undefined
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

function Problems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <Note tone="error" title="Mend this first">
      <ul className={classes.list}>
        {problems.map((problem) => (
          <li key={`${problem.where} ${problem.message}`}>
            {problem.message} <NodeLink where={problem.where} />
          </li>
        ))}
      </ul>
    </Note>
  );
}

/** Leads from `nodes[3].params.url` to the form of that node. */
function NodeLink({ where }: { where: string }) {
  const index = /^nodes\[(\d+)\]/.exec(where)?.[1];
  const node = useEditor((state) => (index === undefined ? undefined : state.workflow.nodes[Number(index)]));
  const close = useRunner((state) => state.close);
  if (!node) return <code className={classes.where}>{where}</code>;
  const show = () => {
    close();
    useUi.getState().set({ inspected: node.id, toSelect: [node.id] });
  };
  return (
    <button type="button" className={classes.link} onClick={show}>
      Show “{node.label || node.id}”
    </button>
  );
}

function Notices({ notices }: { notices: readonly Notice[] }) {
  const blocking = notices.filter((notice) => notice.blocking);
  const other = notices.filter((notice) => !notice.blocking);
  return (
    <>
      <NoticeList notices={blocking} title="These nodes will fail" serious />
      <NoticeList notices={other} title="Good to know" />
    </>
  );
}

interface NoticeListProps {
  notices: Notice[];
  title: string;
  serious?: boolean;
}

function NoticeList({ notices, title, serious = false }: NoticeListProps) {
  const workflow = useEditor((state) => state.workflow);
  if (notices.length === 0) return null;
  const labelOf = (id: string) => workflow.nodes.find((node) => node.id === id)?.label || id;
  const messages = [...new Set(notices.map((notice) => notice.message))];
  const nodesOf = (message: string) =>
    notices.filter((notice) => notice.message === message).map((notice) => `“${labelOf(notice.nodeId)}”`);
  return (
    <Note tone={serious ? 'warn' : 'plain'} title={title}>
      <ul className={classes.list}>
        {messages.map((message) => (
          <li key={message}>
            {nodesOf(message).join(', ')}: {message}
          </li>
        ))}
      </ul>
    </Note>
  );
}
