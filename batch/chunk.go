package batch

// chunk is what one call takes, with the state of each item.
type chunk[T any] struct {
	n     int // its place in the input, from 0
	items []T
	rows  []Row
	hash  uint64
	begin bool  // the journal must say that the pending items are under way before they are
	dirty bool  // the journal does not say yet what the rows do
	sent  []int // the places of those in the last call
	done  chan struct{}
}

func newChunk[T any](n, size int, items []T, key func(T) string) *chunk[T] {
	c := &chunk[T]{n: n, items: items, rows: make([]Row, len(items)), begin: true, done: make(chan struct{})}
	for i, item := range items {
		c.rows[i] = Row{Number: n*size + i + 1, Key: key(item), State: StatePending}
	}
	c.hash = hashOf(c.rows)
	return c
}

// in lists the places of the rows in a state.
func (c *chunk[T]) in(state State) []int {
	var places []int
	for i := range c.rows {
		if c.rows[i].State == state {
			places = append(places, i)
		}
	}
	return places
}

func (c *chunk[T]) pick(places []int) []T {
	items := make([]T, len(places))
	for i, at := range places {
		items[i] = c.items[at]
	}
	return items
}

// all makes some rows end alike.
func (c *chunk[T]) all(places []int, state State, err error) {
	for _, at := range places {
		c.rows[at].State, c.rows[at].Err = state, err
	}
}
