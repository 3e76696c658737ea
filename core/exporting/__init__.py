"""Pure: what leaves moot as rows, which columns they have, and how a row is written and read again."""
