package app

import (
	"testing"

	"github.com/stretchr/testify/assert"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
)

// The exit code of a batch never says that nothing was sent, whatever became of its items.
func TestExitOfABatch(t *testing.T) {
	done := batch.Item[batch.None]{ID: "alice"}
	refused := batch.Item[batch.None]{ID: "bo b", Err: &batch.Reason{Text: "username is not legal", Kind: im.ErrInvalidArgument}}
	unknown := batch.Item[batch.None]{ID: "carol", Err: &batch.Reason{Text: "not named", Kind: im.ErrOutcomeUnknown}}
	for _, row := range []struct {
		exit  int
		items batch.Result
	}{
		{ExitPartly, batch.Result{done, refused}}, {ExitPartly, batch.Result{refused}},
		{ExitUnknown, batch.Result{done, unknown}}, {ExitUnknown, batch.Result{refused, unknown}},
	} {
		assert.Equal(t, row.exit, exitCode(row.items.Err()))
	}
}
