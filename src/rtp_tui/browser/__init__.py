"""The console in a browser: a page that shows a terminal, and a console process for each who opens it."""
