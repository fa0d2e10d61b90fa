"""Where a user is signed in and when somebody signed in as them, for those who administer."""
