// Appointments from a file of another system.

import './texts';

import { useState } from 'preact/hooks';

import { importAppointments } from '../api';
import { useSpeech } from '../live';
import type { ErrorView } from '../protocol';
import { pick } from '../text';
import { uuid7 } from '../uuid';

export function Import({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const [told, setTold] = useState<{ file: string; error?: ErrorView | 'lost' }>();
  const send = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    const error = await importAppointments(branch, uuid7(), file);
    setTold({ file: file.name, ...(error && { error }) });
    // The same file, mended, can be chosen again.
    input.value = '';
  };
  return (
    <div class="import">
      <label>
        {say('import')}{' '}
        <input type="file" accept=".csv,text/csv" onChange={({ currentTarget }) => void send(currentTarget)} />
      </label>
      <p role="status">
        {told &&
          (!told.error
            ? say('imported', { file: told.file })
            : told.error === 'lost'
              ? say('press.lost')
              : [pick(told.error.message, language), told.error.detail].filter(Boolean).join(' '))}
      </p>
    </div>
  );
}
