import { newQueryClient } from '@/api/queries';

export const queryClient = newQueryClient();
