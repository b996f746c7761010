// A sign beside a name. It says nothing that the name does not say.

import sprite from '../style/icons.svg';

export const Icon = ({ name }: { name: string }) => (
  <svg class="icon" aria-hidden="true">
    <use href={`${sprite}#${name}`} />
  </svg>
);
