// Appointments from a file of another system.

import './texts';

import { useState } from 'preact/hooks';

import { importAppointments } from '../api';
import { useSpeech } from '../live';
import type { ErrorView } from '../protocol';
import { pick } from '../text';
import { FileButton } from '../ui/file';
import { uuid7 } from '../uuid';

export function Import({ branch }: { branch: string }) {
  const { language, say } = useSpeech();
  const [told, setTold] = useState<{ file: string; error?: ErrorView | 'lost' }>();
  const send = async (file: File) => {
    const error = await importAppointments(branch, uuid7(), file);
    setTold({ file: file.name, ...(error && { error }) });
  };
  return (
    <div class="import">
      <FileButton label={say('import')} accept=".csv,text/csv" onFile={(file) => void send(file)} />
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
