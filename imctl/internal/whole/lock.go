package whole

import "errors"

// ErrLocked is the error of [Lock] for a file that another process works on.
var ErrLocked = errors.New("another process works on it")
