package output

import (
	"slices"

	"github.com/imrest/im-go/imctl/internal/text"
)

// liveCSV writes results of a filter as they come: their columns are those of the first.
type liveCSV struct{ *csvRows }

func (p liveCSV) row(value any) error {
	keys := keysOf([]any{value})
	if p.columns == nil {
		p.columns = keys
	}
	for _, key := range keys {
		if !slices.Contains(p.columns, key) {
			return text.Errorf("--jq: a result has %q, for which CSV has no column: the first result had not", key)
		}
	}
	if len(p.columns) == 0 { // an empty object
		return nil
	}
	return p.csvRows.row(value)
}
