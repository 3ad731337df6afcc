package callbacks

import (
	"context"
	"sync"
)

// defaultKeys is how many keys are remembered: some 50 MB at most.
const defaultKeys = 100_000

// keys remembers the keys of the latest events with the digests of their bodies.
type keys struct {
	mu     sync.Mutex
	known  map[string]string
	ring   []string // in the order of their arrival, once it is full from next on
	next   int
	limit  int
	flight map[string]chan struct{} // being handled: closed at the end
}

func newKeys(limit int) *keys {
	return &keys{known: make(map[string]string), limit: limit, flight: make(map[string]chan struct{})}
}

// seen says what is known of a key.
func (k *keys) seen(key, digest string) Seen {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.look(key, digest)
}

func (k *keys) look(key, digest string) Seen {
	known, ok := k.known[key]
	switch {
	case !ok:
		return SeenNew
	case known == digest:
		return SeenRepeated
	}
	if _, ok = k.known[variant(key, digest)]; ok {
		return SeenRepeated
	}
	return SeenSuspicious
}

// variant is the key of a body other than the first that came with a key.
func variant(key, digest string) string { return key + "\x00" + digest }

// add remembers a key; the oldest is forgotten where there are too many.
func (k *keys) add(key, digest string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(key, digest)
}

func (k *keys) put(key, digest string) {
	switch k.look(key, digest) {
	case SeenRepeated:
		return
	case SeenSuspicious:
		key = variant(key, digest)
	}
	k.known[key] = digest
	if len(k.ring) < k.limit {
		k.ring = append(k.ring, key)
		return
	}
	delete(k.known, k.ring[k.next])
	k.ring[k.next] = key
	k.next = (k.next + 1) % k.limit
}

// once handles an event unless it was handled before. One that comes while it is being handled
// waits for the outcome, and is handled if that failed: it may be the last attempt of the IM server.
func (k *keys) once(ctx context.Context, key, digest string, handle func(suspicious bool) error) (Seen, error) {
	for {
		k.mu.Lock()
		seen := k.look(key, digest)
		if seen == SeenRepeated {
			k.mu.Unlock()
			return seen, nil
		}
		first, busy := k.flight[key]
		if !busy {
			done := make(chan struct{})
			k.flight[key] = done
			k.mu.Unlock()
			return seen, k.fly(key, digest, done, func() error { return handle(seen == SeenSuspicious) })
		}
		k.mu.Unlock()
		select {
		case <-first:
		case <-ctx.Done():
			return SeenNew, context.Cause(ctx)
		}
	}
}

// fly handles an event, and lets those go on that wait for the outcome, even if handle ends its goroutine.
func (k *keys) fly(key, digest string, done chan struct{}, handle func() error) error {
	err := errGoexit
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if err == nil {
			k.put(key, digest)
		}
		delete(k.flight, key)
		close(done)
	}()
	err = handle()
	return err
}
