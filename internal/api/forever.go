package api

import "time"

// Forever is a length of time without an end.
const Forever time.Duration = -1
