package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// far is a server that does whatever it is asked, 20 to 60 ms away.
type far struct {
	calls atomic.Int64
	mu    sync.Mutex
	times []time.Time
}

func (s *far) RoundTrip(r *http.Request) (*http.Response, error) {
	s.calls.Add(1)
	s.mu.Lock()
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	var body struct {
		To        []string `json:"to"`
		Usernames []string `json:"usernames"`
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = json.Unmarshal(content, &body)
	var data any = map[string]any{"newmembers": body.Usernames, "action": "add_member", "groupid": "1"}
	if body.To != nil {
		ids := map[string]string{}
		for i, to := range body.To {
			ids[to] = fmt.Sprintf("%019d", 1_000_000+i)
		}
		data = ids
	}
	b, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		return nil, err
	}
	time.Sleep(20*time.Millisecond + rand.N(40*time.Millisecond))
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(b)),
	}, nil
}

func names(n int) func(yield func(string, error) bool) {
	return func(yield func(string, error) bool) {
		for i := range n {
			if !yield(newUser(i).Username, nil) {
				return
			}
		}
	}
}

func farClient(t *testing.T, transport http.RoundTripper, options ...im.Option) *im.Client {
	client, err := im.New(im.Config{
		Host: "a1.easemob.com", Org: "acme", App: "demo", Platform: im.Easemob, Token: im.StaticToken("t"),
	}, append(options, im.WithHTTPClient(&http.Client{Transport: transport}))...)
	require.NoError(t, err)
	return client
}

// A plan has the calls and, within 5 %, the time of the run, in pools of all forms.
func TestPlanAgainstRun(t *testing.T) {
	size := 1
	if os.Getenv("IM_TORTURE") == "" {
		size = 3
	}
	hello := messages.Message{From: "admin", Body: messages.Text("Hello")}
	for name, c := range map[string]struct {
		rows    int
		job     func(*im.Client) batch.Job[string]
		options []im.Option
		pool    string
	}{
		"users, by items and minute":  {100_000 / size, func(c *im.Client) batch.Job[string] { return c.Messages.SendToUsersJob(hello) }, nil, "messages_users"},
		"groups, by items and second": {5_000 / size, func(c *im.Client) batch.Job[string] { return c.Messages.SendToGroupsJob(hello) }, nil, "messages_groups"},
		"a quota of one's own": {5_000 / size, func(c *im.Client) batch.Job[string] { return c.Messages.SendToGroupsJob(hello) },
			[]im.Option{im.WithQuotaShare(0.5)}, "messages_groups"},
		"members, by calls": {100_000 / size, func(c *im.Client) batch.Job[string] {
			return c.Groups.AddMembersJob("1", groups.MemberOptions{})
		}, nil, "groups.add_members"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &far{}
				j := c.job(farClient(t, server, c.options...))
				estimate, err := batch.Plan(t.Context(), names(c.rows), j)
				require.NoError(t, err)
				assert.Zero(t, server.calls.Load())
				start := time.Now()
				sum, err := batch.Run(t.Context(), names(c.rows), j)
				require.NoError(t, err)
				took := time.Since(start)
				t.Logf("%d rows: %d calls planned, %d made; %s planned, %s taken: %+.2f %%; %+v", c.rows, estimate.Calls, server.calls.Load(),
					estimate.Time.Round(time.Millisecond), took.Round(time.Millisecond), 100*(estimate.Time.Seconds()/took.Seconds()-1), estimate.Pools)
				assert.EqualValues(t, estimate.Calls, server.calls.Load())
				assert.Equal(t, estimate.Calls, sum.Calls)
				assert.Equal(t, c.rows, estimate.Rows)
				assert.InEpsilon(t, took.Seconds(), estimate.Time.Seconds(), 0.05)
				assert.Equal(t, c.pool, estimate.Pool)
			})
		})
	}
}

// A plan finds what the client rejects.
func TestPlanChecksTheInput(t *testing.T) {
	j := farClient(t, &far{}).Users.RegisterJob()
	estimate, err := batch.Plan(t.Context(), func(yield func(users.NewUser, error) bool) {
		for i := range 1000 {
			u := newUser(i)
			if i%100 == 50 {
				u.Username = strings.Repeat("x", 65)
			}
			if !yield(u, nil) {
				return
			}
		}
	}, j)
	require.NoError(t, err)
	assert.Equal(t, 1000, estimate.Rows)
	assert.Equal(t, 10, estimate.Refused)
	require.Len(t, estimate.Rejected, 10)
	assert.Equal(t, 51, estimate.Rejected[0].Number)
	assert.Equal(t, strings.Repeat("x", 65), estimate.Rejected[0].Key)
	assert.Equal(t, "Username", estimate.Rejected[0].Field)
}

// A context that ends while calls wait for their quota ends the run at once, and leaves
// nothing unknown.
func TestStopsWhileCallsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &far{}
		j := farClient(t, server).Messages.SendToGroupsJob(messages.Message{From: "admin", Body: messages.Text("Hello")})
		j.Journal = t.TempDir() + "/journal"
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		sum, err := batch.Run(ctx, names(5000), j)
		require.ErrorIs(t, err, context.Canceled)
		assert.Less(t, time.Since(start), 10*time.Second+60*time.Millisecond)
		assert.EqualValues(t, 3*server.calls.Load(), sum.Done, "what was sent is known")
		assert.Zero(t, sum.Unknown)

		sum, err = batch.Run(t.Context(), names(5000), j)
		require.NoError(t, err)
		assert.Equal(t, 5000, sum.Done)
		assert.EqualValues(t, 1667, server.calls.Load())
	})
}

// A job waits in the background, unless the caller says otherwise.
func TestLaneOfJobs(t *testing.T) {
	lanes := map[im.Lane]int{}
	hook := im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
		lanes[info.Lane]++
		return ctx, nil
	})
	client := farClient(t, &far{}, hook)
	j := client.Messages.SendToGroupsJob(messages.Message{From: "admin", Body: messages.Text("Hello")})
	j.Workers = 1
	_, err := batch.Run(t.Context(), names(6), j)
	require.NoError(t, err)
	assert.Equal(t, map[im.Lane]int{im.Background: 2}, lanes)
	_, err = batch.Run(im.WithLane(t.Context(), im.Foreground), names(3), j)
	require.NoError(t, err)
	assert.Equal(t, map[im.Lane]int{im.Background: 2, im.Foreground: 1}, lanes)
	_, err = client.Messages.SendToGroups(t.Context(), []string{"1"}, messages.Message{From: "admin", Body: messages.Text("Hello")})
	require.NoError(t, err)
	assert.Equal(t, 2, lanes[im.Foreground])
}

// What cannot be encoded is a refused row, which has its field.
func TestItemThatCannotBeEncoded(t *testing.T) {
	j := farClient(t, &far{}).Messages.ImportToUsersJob()
	var rows []batch.Row
	j.Report = func(_ messages.ImportItem, row batch.Row) error { rows = append(rows, row); return nil }
	_, err := batch.Run(t.Context(), func(yield func(messages.ImportItem, error) bool) {
		for i := range 3 {
			item := messages.ImportItem{To: "bob", Message: messages.Import{From: "alice", Body: messages.Text(strconv.Itoa(i))}}
			if i == 1 {
				item.Message.Ext = map[string]any{"odd": make(chan int)}
			}
			if !yield(item, nil) {
				return
			}
		}
	}, j)
	require.ErrorIs(t, err, batch.ErrPartial)
	require.Len(t, rows, 3)
	assert.Equal(t, batch.StateRefused, rows[1].State)
	assert.Equal(t, "Body", rows[1].Field)
	require.ErrorContains(t, rows[1].Err, "cannot be encoded")
}
