package batch_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
)

var (
	errTaken = errors.New("taken")
	errFull  = errors.New("full")
)

func TestResult(t *testing.T) {
	r := batch.Result{{ID: "a"}, {ID: "b", Err: errTaken}, {ID: "c"}}
	assert.Equal(t, []string{"a", "c"}, r.Done().IDs())
	assert.Equal(t, []string{"b"}, r.Failed().IDs())
	err := r.Err()
	require.ErrorIs(t, err, batch.ErrPartial)
	require.ErrorIs(t, err, errTaken)
	require.NotErrorIs(t, err, errFull)
	var failed *batch.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, batch.Result{{ID: "b", Err: errTaken}}, failed.Failed)
	assert.Equal(t, 3, failed.Total)
	assert.EqualError(t, err, "im: 1 of 3 items failed: b (taken)")
}

// Nil must be a nil error, not an empty *Error in it.
func TestAllDone(t *testing.T) {
	require.NoError(t, batch.Result{{ID: "a"}, {ID: "b"}}.Err())
	require.NoError(t, batch.Result(nil).Err())
	require.NoError(t, batch.Failed(nil, 7))
	assert.Empty(t, batch.Result{{ID: "a", Err: errTaken}}.Done())
}

func TestErrorNamesAFew(t *testing.T) {
	for n, want := range map[int]string{
		2: "im: 2 of 9 items failed: i0 (taken), i1 (full)",
		3: "im: 3 of 9 items failed: i0 (taken), i1 (full), i2 (taken)",
		4: "im: 4 of 9 items failed: i0 (taken), i1 (full), i2 (taken), and 1 more",
		9: "im: 9 of 9 items failed: i0 (taken), i1 (full), i2 (taken), and 6 more",
	} {
		var failed []batch.Outcome
		for i := range n {
			failed = append(failed, batch.Outcome{ID: fmt.Sprintf("i%d", i), Err: []error{errTaken, errFull}[i%2]})
		}
		err := batch.Failed(failed, 9)
		assert.EqualError(t, err, want)
		require.ErrorIs(t, err, errTaken)
		require.ErrorIs(t, err, errFull)
	}
}

func TestReason(t *testing.T) {
	err := error(&batch.Reason{Text: "carol already exists", Kind: errTaken})
	require.EqualError(t, err, "carol already exists")
	require.ErrorIs(t, err, errTaken)
	unknown := error(&batch.Reason{Text: "who knows"})
	require.NotErrorIs(t, unknown, errTaken)
	require.NoError(t, errors.Unwrap(unknown))
	var reason *batch.Reason
	require.ErrorAs(t, batch.Failed([]batch.Outcome{{ID: "a", Err: err}}, 1), &reason)
	assert.Equal(t, "carol already exists", reason.Text)
}
