package duck

// Settings are those of Open, for the test of their text.
var Settings = settings
