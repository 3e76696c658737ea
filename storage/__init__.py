"""Where does everything durable live? `storage.opened` opens it; nothing here loads a database library by itself."""
