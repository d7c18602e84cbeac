"""Pure: standards, profiles, mapping files, transforms, checks. Nothing in this room reads, writes or connects."""
