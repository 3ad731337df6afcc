package imtest

import (
	"fmt"
	"io"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Reset empties the server: users, messages and all else that it holds of its app
// are gone, as are requests, faults, expectations and the use of quotas, and the clock
// is as it was at the start: one that [ParseClock] made runs on from its time again. App tokens stay good, so that a client may outlive a
// test; tokens of users do not, since the users are gone. Events go on.
func (srv *Server) Reset() {
	srv.ClearFaults()
	if e := srv.expected.Swap(nil); e != nil {
		e.forget()
	}
	srv.quotas.reset()
	srv.log.reset()
	srv.callbacks.Reset()
	srv.Clock().restore(srv.began, srv.start)
	srv.world.Become(world.New(srv.conf.world()))
}

// ExpireTokens lets all tokens that the server has seen expire now, as a
// change of the credentials would. Calls with them get a 401.
func (srv *Server) ExpireTokens() { srv.world.ExpireTokens() }

// Load replaces all that the server holds of its app by what [Server.Save] wrote.
// Data that cannot be read change nothing. As with [WithData], a clock that is
// behind the data is moved forward. Tokens, requests, faults and the use of quotas stay.
func (srv *Server) Load(r io.Reader) error {
	conf, clock := srv.conf.world(), NewClock(time.Unix(0, 0)) // it moves on to the time of the data; the server's does if they are good
	conf.Clock = clock
	loaded := world.New(conf)
	if err := loadWorld(loaded, r); err != nil {
		return fmt.Errorf("imtest: %w", err)
	}
	srv.Clock().catchUp(clock.Now())
	srv.world.Become(loaded)
	return nil
}

// reset empties all windows.
func (q *quotas) reset() {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.windows, q.many = make(map[windowKey]*window), manyWindows
}

// reset forgets all requests.
func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone += int64(len(l.list))
	l.list, l.sizes, l.bytes = nil, nil, 0
}
