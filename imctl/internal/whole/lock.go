package whole

import "github.com/imrest/im-go/imctl/internal/text"

// ErrLocked is the error of [Lock] for a file that another process works on.
var ErrLocked = text.Errorf("another process works on it")
