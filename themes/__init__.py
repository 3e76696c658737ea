"""Which colours and keymaps does moot ship, as data?"""
