package kind_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/internal/kind"
)

type own struct{ error }

func (o own) Unwrap() error { return o.error }

// The cause of a context is found with what lies below it, except for what would speak for the call that it ended.
func TestCause(t *testing.T) {
	below := &fs.PathError{Op: "open", Path: "a", Err: fs.ErrNotExist}
	why := fmt.Errorf("%w: %w: %w: %w", below, own{kind.ErrNotFound}, kind.ErrOutcomeUnknown, kind.ErrPartial)
	err := fmt.Errorf("given up: %w", kind.Cause(why))
	for _, target := range []error{why, below, fs.ErrNotExist} {
		assert.ErrorIs(t, err, target)
	}
	for _, target := range []error{kind.ErrNotFound, kind.ErrOutcomeUnknown, kind.ErrPartial} {
		assert.NotErrorIs(t, err, target)
	}
	var path *fs.PathError
	assert.ErrorAs(t, err, &path)
	_, found := errors.AsType[own](err)
	assert.False(t, found)
	assert.EqualError(t, err, "given up: "+why.Error())
	assert.ErrorIs(t, kind.Cause(kind.ErrNotFound), kind.ErrNotFound, "which the caller has chosen")
	assert.ErrorIs(t, kind.Cause(kind.ErrPartial), kind.ErrPartial)
}
