// A file of this machine. The browser's own control speaks the browser's language, so it lies unseen in a label
// of ours that looks like a button; it is still what has the focus and opens the choice.

export const FileButton = ({ label, accept, describedBy, invalid, onFile }: {
  label: string;
  accept: string;
  describedBy?: string;
  invalid?: boolean;
  onFile: (file: File) => void;
}) => (
  <label class="file">
    {label}
    <input
      type="file"
      class="unseen"
      accept={accept}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onChange={({ currentTarget }) => {
        const file = currentTarget.files?.[0];
        if (file) onFile(file);
        // The same file, mended, can be chosen again.
        currentTarget.value = '';
      }}
    />
  </label>
);
