package world

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBook(t *testing.T) {
	var b Book[int]
	for i := range 100 {
		b.Put(strconv.Itoa(i), i)
	}
	b.Put("7", 700)
	for i := 10; i < 90; i++ {
		b.Remove(strconv.Itoa(i))
	}
	b.Remove("10")
	assert.Equal(t, 20, b.Len())
	assert.Less(t, len(b.rows), 60, "removed rows do not pile up")
	assert.Equal(t, 700, b.Get("7"))
	assert.Equal(t, 0, b.Get("10"))
	assert.False(t, b.Has("10"))

	var all []int
	for v := range b.All {
		all = append(all, v)
	}
	var paged []int
	cursor, pages := "", 0
	for {
		page, ok := b.Page(cursor, 5, false, nil)
		require.True(t, ok)
		paged = append(paged, page.Values...)
		pages++
		if cursor = page.CursorIfMore(); cursor == "" {
			break
		}
	}
	assert.Equal(t, all, paged)
	assert.Equal(t, 4, pages)

	// A page goes on where it was, though its first row was removed.
	page, _ := b.Page("", 2, false, nil)
	b.Remove("2")
	page, _ = b.Page(page.CursorIfMore(), 2, false, nil)
	assert.Equal(t, []int{3, 4}, page.Values)
	for _, bad := range []string{"!", "bm9uc2Vuc2U", MakeCursor(1) + "A"} {
		_, ok := b.Page(bad, 2, false, nil)
		assert.False(t, ok)
	}
}
