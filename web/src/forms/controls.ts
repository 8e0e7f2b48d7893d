import type { Json } from '@/api/json';

/** What the composed controls share with Mantine's inputs. */
export interface ControlProps {
  label: string;
  description?: string | undefined;
  required: boolean;
  disabled: boolean;
  error?: string | undefined;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}
