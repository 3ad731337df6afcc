package faults

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
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
	raw    net.Conn
	write  *sync.Mutex // of the connection's framer and encoder
	framer *http2.Framer
	header *headerEncoder
}

type headerEncoder struct {
	buf bytes.Buffer
	*hpack.Encoder
}

func newH2Server(t *testing.T, respond func(*h2stream)) *h2server {
	t.Helper()
	ca := newAuthority(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{certificate(t, ca, "127.0.0.1", time.Now().Add(time.Hour))}, NextProtos: []string{"h2"},
	})
	require.NoError(t, err)
	s := &h2server{url: "https://" + listener.Addr().String(), respond: respond}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool}, ForceAttemptHTTP2: true}
	s.client = &http.Client{Transport: transport}
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
	if framer.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1000}) != nil {
		return
	}
	streams := make(map[uint32]*h2stream)
	write, header := new(sync.Mutex), new(headerEncoder)
	header.Encoder = hpack.NewEncoder(&header.buf)
	locked := func(f func() error) {
		write.Lock()
		defer write.Unlock()
		_ = f()
	}
	for {
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
			st := &h2stream{id: f.StreamID, conn: number, path: f.PseudoValue("path"), raw: conn, write: write, framer: framer, header: header}
			streams[f.StreamID] = st
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
	st.header.buf.Reset()
	for _, f := range fields {
		_ = st.header.WriteField(f)
	}
	_ = st.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: st.id, BlockFragment: st.header.buf.Bytes(), EndHeaders: true})
}

// ok is the whole of a good response.
func (st *h2stream) ok() {
	st.headers(http.StatusOK, len(goodForAll))
	st.write.Lock()
	defer st.write.Unlock()
	_ = st.framer.WriteData(st.id, true, []byte(goodForAll))
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
