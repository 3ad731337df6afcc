package world

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// IDs makes the server's identifiers; no two are the same.
type IDs struct {
	mu     sync.Mutex
	ticks  uint64 // of 100 ns since 1582, of the newest UUID
	node   [8]byte
	Groups atomic.Int64 // groups, rooms and threads made
}

func (i *IDs) init() {
	_, _ = rand.Read(i.node[:]) // never fails
}

// NewUUID makes a UUID of version 1: time and place.
func (i *IDs) NewUUID(now time.Time) string {
	const since1582 = 0x01b21dd213814000
	i.mu.Lock()
	i.ticks = max(i.ticks+1, uint64(now.UnixNano()/100)+since1582)
	t := i.ticks
	i.mu.Unlock()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", t&0xffffffff, t>>32&0xffff, t>>48&0x0fff|0x1000,
		binary.BigEndian.Uint16(i.node[:])&0x3fff|0x8000, i.node[2:])
}

// NewGroupID makes the id of a group, room or thread: 15 digits, rising.
func (i *IDs) NewGroupID() string {
	const first = 219874650132482
	return strconv.FormatInt(first+65_536*(i.Groups.Add(1)-1), 10)
}

// Secret returns n random characters of the URL-safe alphabet.
func Secret(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)[:n]
}
