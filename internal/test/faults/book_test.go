package faults

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"golang.org/x/net/http2"
)

// book keeps the messages that a hand-made server has carried out, and decides which
// responses are spoilt.
type book struct {
	mu    sync.Mutex
	texts []string
	dice  *rand.Rand
}

var textOf = regexp.MustCompile(`"msg":"(\d+)"`)

func (b *book) note(body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if found := textOf.FindStringSubmatch(body); found != nil {
		b.texts = append(b.texts, found[1])
	}
}

func (b *book) held() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.texts
}

func (b *book) random() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dice == nil {
		b.dice = rand.New(rand.NewPCG(1, 2))
	}
	return b.dice.Float64()
}

func (b *book) pick(n int) int { return int(b.random() * float64(n)) }

// spoilStream ends the stream of a request that was carried out in one of five ways.
func spoilStream(st *h2stream, how int) {
	switch how {
	case 0:
		st.reset(http2.ErrCodeProtocol)
	case 1:
		st.reset(http2.ErrCodeInternal)
	case 2:
		st.headers(http.StatusOK, 100)
		st.reset(http2.ErrCodeCancel)
	case 3:
		st.goAway(st.highest, http2.ErrCodeNo)
		st.hangUp()
	default:
		st.hangUp()
	}
}

// tlsBook serves HTTP/1.1 over TLS and breaks a record now and then, once the request
// has been carried out.
func tlsBook(t *testing.T, b *book) (url string, hc *http.Client) {
	t.Helper()
	listener, ca := listenTLS(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go b.serve(conn.(*tls.Conn))
		}
	}()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool}, MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return "https://" + listener.Addr().String(), &http.Client{Transport: transport}
}

func (b *book) serve(conn *tls.Conn) {
	defer conn.NetConn().Close()
	r := bufio.NewReader(net.Conn(conn))
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		b.note(string(body))
		if b.random() < 0.05 {
			junk := []string{"HTTP/1.1 200 OK\r\n\r\n", "\x17\x09\x09\x00\x05hello", "\x17\x03\x03\xff\xff", "\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
			_, _ = io.WriteString(conn.NetConn(), junk[b.pick(len(junk))])
			return
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(goodForAll), goodForAll)
	}
}
