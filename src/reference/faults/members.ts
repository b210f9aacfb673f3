import type { Behaviour, TokenRecord } from '../behaviour.ts';
import { having, inOne, unused, without } from './edit.ts';

type Member = keyof TokenRecord;

/** Each member with the requirement of its presence, that of its form, and values of other forms. */
const members: readonly (readonly [Member, string, string, readonly unknown[]])[] = [
  ['id', 'id-present', 'id-bearer-token', [null, true, [], {}, 'ü', ' ']],
  ['name', 'name-present', 'name-string', [7, false, [], {}]],
  ['userId', 'user-id-present', 'user-id-integer', [null, '7', '', 7.5, true, [], {}]],
  ['userEmail', 'user-email-present', 'user-email-string', [null, '', 7, false, [], {}]],
  ['createdAt', 'created-at-present', 'created-at-integer', ['', 'now', false, true, [], {}]],
  [
    'lastUsedAt',
    'last-used-at-present',
    'last-used-at-null-or-integer',
    ['null', 'never', true, [], {}],
  ],
  [
    'restrictions',
    'restrictions-present',
    'restrictions-null-or-object',
    ['null', true, 7, ['example.com'], '{"hosts":[]}'],
  ],
];

/** Who of two users told apart sees it differs; the outsider's list stands alone. */
const outsider = 3;

function snakeCase(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function renamed(member: Member) {
  return (record: TokenRecord): object => {
    const { [member]: value, ...rest } = record;
    return { ...rest, [`${snakeCase(member)}_`]: value };
  };
}

/** A list that is long, and whose last record is broken. */
function inLastOfMany(
  name: string,
  says: string,
  trips: string[],
  edit: (one: TokenRecord) => object,
): Behaviour {
  return {
    name,
    says,
    trips,
    body: (usual, { user }) => {
      const like = usual[0] as TokenRecord;
      const more = Array.from({ length: 400 }, (_, index) => {
        const id = `${user.accountId}${index}`.padStart(32, 'e');
        return { ...like, id, lastUsedAt: null };
      });
      const last = more.pop() as TokenRecord;
      return [...usual, ...more, edit(last)];
    },
  };
}

/** Every member absent, renamed and of each other form; in record, in the last of many, for one reader. */
export const membersFaults: readonly Behaviour[] = members.flatMap(
  ([member, presence, form, values]) => {
    const kebab = snakeCase(member).replaceAll('_', '-');
    const [value] = values;
    return [
      {
        name: `${kebab}-renamed`,
        says: `${member} has another name`,
        trips: [presence],
        record: inOne(unused, renamed(member)),
      },
      inLastOfMany(
        `${kebab}-absent-in-last`,
        `the last of many records has no ${member}`,
        [presence],
        without(member),
      ),
      inLastOfMany(
        `${kebab}-wrong-in-last`,
        `${member} of the last of many records is of another form`,
        [form],
        having(member, value),
      ),
      {
        name: `${kebab}-absent-for-one`,
        says: `one user is told no ${member}`,
        trips: [presence],
        record: (record, { user }, index) =>
          user.id === outsider && index === 1 ? without(member)(record) : record,
      } satisfies Behaviour,
      ...values.map((wrong) => {
        const what = JSON.stringify(wrong);
        return {
          name: `${kebab}-is-${what}`,
          says: `a ${member} is ${what}`,
          trips: [form],
          record: inOne(unused, having(member, wrong)),
        };
      }),
    ];
  },
);
