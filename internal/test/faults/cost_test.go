package faults

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	im "github.com/imrest/im-go"
)

const mebibyte = 1 << 20

// worst are responses of 1 MiB that are meant to cost as much as they can: the same
// for every endpoint.
func worst() map[string]string {
	filled := func(begin, member, end string) string {
		return begin + strings.Repeat(member, (mebibyte-len(begin)-len(end))/len(member)) + end
	}
	all := map[string]string{
		"one letter":     filled(`{"error":"`, "e", `"}`),
		"a description":  filled(`{"error":"x","error_description":"`, "secret secre", `"}`),
		"escapes":        filled(`{"error":"x","error_description":"`, `\u0065`, `"}`),
		"percent signs":  filled(`{"error":"x","error_description":"`, "%2565", `"}`),
		"base 64":        filled(`{"error":"x","exception":"`, "c2VjcmV0", `"}`),
		"a page":         filled("<html>", "&amp;", "</html>"),
		"passwords":      filled(`{"error":"x","error_description":"`, "passwords are ", `"}`),
		"deep":           filled(`{"error":`, "[", ""),
		"many errors":    filled(`{"error":"x"`, `,"error":"x"`, "}"),
		"any result":     filled(`{"error":"x","result":[0`, ",{}", "]}"),
		"not UTF-8":      filled(`{"error":"`, "\xff", `"}`),
		"half an error":  filled(`{"data":[],"error":"x","x":"`, `\"error\"`, ""),
		"reasons":        filled(`{"data":{"result":false,"reason":"`, "not found ", `"}}`),
		"a long message": filled(`{"result":"`, "寿", `"}`),
		"short names":    filled(`{"data":[`, `"a,a",`, `""]}`),
		"names":          filled(`{"data":[`, `"abcdefghij",`, `""]}`),
		"roles":          filled(`{"data":[`, `{"x":"0123456789abcdef"},`, `{"x":"y"}]}`),
		"objects":        filled(`{"entities":[`, `{"x":"0123456789abcdef"},`, `{}]}`),
	}
	return all
}

// The worst response of 1 MiB costs a bounded amount of memory on every endpoint, in
// whatever status, and printing its error costs next to nothing.
func TestWorstResponseIsCheap(t *testing.T) {
	oneAtATime(t)
	r := new(reply)
	most, slowest := uint64(0), time.Duration(0)
	where, when := "", ""
	responses := worst()
	for _, domain := range domainNames() {
		for i, p := range replied(t, r, domain) {
			for j, name := range slices.Sorted(maps.Keys(responses)) {
				if (i+j)%scale(61, 1) != 0 && p.name != "Groups.Get" && p.name != "Users.Get" && p.name != "Groups.AllMembers" {
					continue
				}
				for _, status := range []int{200, 400, 429, 503} {
					*r = reply{status: status, body: []byte(responses[name]), left: 1}
					args := p.arguments(t.Context(), -1, "")
					var err error
					begun := time.Now()
					bytes := allocated(func() {
						err = p.call(args)
						_ = fmt.Sprintf("%v %+v %#v", err, err, err)
					})
					if took := time.Since(begun); took > slowest {
						slowest, when = took, fmt.Sprint(p.name, " ", name, " ", status)
					}
					if bytes > most {
						most, where = bytes, fmt.Sprint(p.name, " ", name, " ", status)
					}
					assert.Less(t, bytes, uint64(64*mebibyte), "%s, %s, %d", p.name, name, status)
				}
			}
		}
	}
	t.Logf("at most %.1f MiB were allocated, by %s; the slowest took %s, %s", float64(most)/mebibyte, where, slowest, when)
}

// Documented responses that are blown up to 1 MiB are no worse.
func TestBlownUpResponseIsCheap(t *testing.T) {
	oneAtATime(t)
	r := new(reply)
	most, where := uint64(0), ""
	for _, domain := range domainNames() {
		probes := replied(t, r, domain)
		forms := make(map[string]func() []byte)
		for _, response := range documentedResponses(t, domain) {
			maps.Copy(forms, blownUp(t, response, mebibyte/16, mebibyte-len(response)-1000))
		}
		for i, name := range slices.Sorted(maps.Keys(forms)) {
			for j, p := range probes {
				if (i+j)%scale(997, 31) != 0 {
					continue
				}
				*r = reply{status: http.StatusOK, body: forms[name](), left: 1}
				args := p.arguments(t.Context(), -1, "")
				bytes := allocated(func() { _ = p.call(args) })
				if bytes > most {
					most, where = bytes, p.name+" "+name
				}
				assert.Less(t, bytes, uint64(64*mebibyte), "%s, %s", p.name, name)
			}
		}
	}
	t.Logf("at most %.1f MiB were allocated, by %s", float64(most)/mebibyte, where)
}

// BenchmarkWorstResponse is the time that the worst responses take.
func BenchmarkWorstResponse(b *testing.B) {
	r := new(reply)
	probes := replied(b, r, "Users", im.WithMaxResponse(2*mebibyte))
	for name, body := range worst() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				*r = reply{status: 400, body: []byte(body), left: 1}
				_ = probes[0].call(probes[0].arguments(b.Context(), -1, ""))
			}
		})
	}
}
