package faults

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2server speaks HTTP/2 over TLS with frames that net/http's server cannot send.
type h2server struct {
	url      string
	client   *http.Client // which trusts it
	arrivals atomic.Int64 // requests that came in whole
	conns    atomic.Int64
	begun    atomic.Int64 // requests whose header has come
	// respond does what it likes with a request, one at a time per connection.
	respond func(s *h2stream)
}

// h2stream is a request, and the means to spoil its response.
type h2stream struct {
	id     uint32
	number int64 // of the request, from 1
	conn   int64 // of the connection, from 1
	path   string
	body   string
	*h2conn
}

type h2conn struct {
	raw     net.Conn
	write   sync.Mutex // guards what follows, for writing
	framer  *http2.Framer
	header  bytes.Buffer
	encoder *hpack.Encoder
	highest uint32 // stream that was looked at
	over    bool   // whatever the connection still holds is not looked at
}

// hangUp ends the connection.
func (c *h2conn) hangUp() {
	c.over = true
	_ = c.raw.Close()
}

func newH2Server(t *testing.T, respond func(*h2stream)) *h2server {
	t.Helper()
	return h2over(t, overTLS, respond)
}

// The transports of users that speak HTTP/2.
const (
	overTLS  = "net/http"
	overTCP  = "net/http without TLS"
	byXNet   = "golang.org/x/net/http2"
	wrapping = "a wrapped transport"
)

func h2over(t *testing.T, how string, respond func(*h2stream)) *h2server {
	t.Helper()
	ca := newAuthority(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &h2server{url: "https://" + listener.Addr().String(), respond: respond}
	trust := &tls.Config{RootCAs: ca.pool, NextProtos: []string{"h2"}}
	transport := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
	s.client = &http.Client{Transport: transport}
	switch how {
	case overTCP:
		s.url = "http" + strings.TrimPrefix(s.url, "https")
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetUnencryptedHTTP2(true)
	case byXNet:
		s.client.Transport = &http2.Transport{TLSClientConfig: trust}
	case wrapping:
		s.client.Transport = roundTripper(transport.RoundTrip)
	}
	if how != overTCP {
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{certificate(t, ca, "127.0.0.1", time.Now().Add(time.Hour))}, NextProtos: []string{"h2"},
		})
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	var all []net.Conn
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			all = append(all, conn)
			mu.Unlock()
			open.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.client.CloseIdleConnections()
		transport.CloseIdleConnections()
		mu.Lock()
		for _, conn := range all {
			_ = conn.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return s
}

func (s *h2server) serve(conn net.Conn) {
	defer conn.Close()
	number := s.conns.Add(1)
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c := &h2conn{raw: conn, framer: framer}
	c.encoder = hpack.NewEncoder(&c.header)
	if framer.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1000}) != nil {
		return
	}
	streams := make(map[uint32]*h2stream)
	locked := func(f func() error) {
		c.write.Lock()
		defer c.write.Unlock()
		_ = f()
	}
	for !c.over {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				locked(framer.WriteSettingsAck)
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				locked(func() error { return framer.WritePing(true, f.Data) })
			}
		case *http2.MetaHeadersFrame:
			st := &h2stream{id: f.StreamID, conn: number, path: f.PseudoValue("path"), h2conn: c}
			streams[f.StreamID] = st
			s.begun.Add(1)
			c.highest = f.StreamID
			if f.StreamEnded() {
				s.arrived(st)
			}
		case *http2.DataFrame:
			st := streams[f.StreamID]
			if st == nil {
				continue
			}
			st.body += string(f.Data())
			locked(func() error { return framer.WriteWindowUpdate(0, uint32(max(1, len(f.Data())))) })
			if f.StreamEnded() {
				s.arrived(st)
			}
		}
	}
}

func (s *h2server) arrived(st *h2stream) {
	st.number = s.arrivals.Add(1)
	s.respond(st)
}

// headers begins a response; length -1: none is told.
func (st *h2stream) headers(status, length int) {
	st.write.Lock()
	defer st.write.Unlock()
	fields := []hpack.HeaderField{{Name: ":status", Value: strconv.Itoa(status)}, {Name: "content-type", Value: "application/json"}}
	if length >= 0 {
		fields = append(fields, hpack.HeaderField{Name: "content-length", Value: strconv.Itoa(length)})
	}
	st.header.Reset()
	for _, f := range fields {
		_ = st.encoder.WriteField(f)
	}
	_ = st.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: st.id, BlockFragment: st.header.Bytes(), EndHeaders: true})
}

// ok is the whole of a good response.
func (st *h2stream) ok() {
	st.headers(http.StatusOK, len(goodForAll))
	st.data(goodForAll, true)
}

func (st *h2stream) data(text string, last bool) {
	st.write.Lock()
	defer st.write.Unlock()
	_ = st.framer.WriteData(st.id, last, []byte(text))
}

func (st *h2stream) reset(code http2.ErrCode) {
	st.write.Lock()
	defer st.write.Unlock()
	_ = st.framer.WriteRSTStream(st.id, code)
}

// goAway says that streams above last were not looked at.
func (st *h2stream) goAway(last uint32, code http2.ErrCode) {
	st.write.Lock()
	defer st.write.Unlock()
	_ = st.framer.WriteGoAway(last, code, []byte("REFUSED_STREAM"))
}

// goodForAll is a response that every call of these tests takes.
const goodForAll = `{"entities":[{"username":"alice"}],"data":{"bob":"1312740985563217920"}}`
