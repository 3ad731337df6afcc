package page

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// How much of each the overview shows: the newest.
const (
	someUsers    = 50
	someCircles  = 30
	someMessages = 50
	someRequests = 30
	someQuotas   = 12
)

// overview is the page at /: the newest of everything, and a form to send a message.
type overview struct {
	rows
	Form          form
	Groups, Rooms []circleRow
	Quotas        []quotaBar
	QuotasOn      bool

	MoreUsers, MoreGroups, MoreRooms int
}

type quotaBar struct {
	Name, Limit   string
	Used, N, High int
	Full          bool
}

// overview shows what is new. After a form it says what became of it.
func (p *Page) overview(r *http.Request) (*view, error) {
	f := form{Kind: "users"}
	if query := r.URL.Query(); query.Has("sent") {
		f.Notice = sentNotice(query.Get("missing"))
	}
	return p.overviewWith(f)
}

func (p *Page) overviewWith(f form) (*view, error) {
	now, count := p.world.Now(), p.world.Count()
	o := &overview{
		Form: f, Groups: p.someCircles(world.GroupKind), Rooms: p.someCircles(world.RoomKind),
	}
	o.Users = p.someUsers(now)
	messages, _ := p.world.NewestMessages(world.MessageBox{}, -1, someMessages)
	o.Messages = world.Convert(messages, func(m world.Message) messageRow { return p.messageRow(m, now) })
	requests, first := p.numberedRequests()
	requests, _, _ = backwards(requests, first, "", someRequests) // without a cursor that could be wrong
	o.Requests = world.Convert(requests, p.requestRow)
	deliveries := p.server.Deliveries()
	deliveries, _, _ = backwards(deliveries, 0, "", someRequests) // as above
	o.Deliveries = world.Convert(deliveries, p.deliveryRow)
	o.Quotas, o.QuotasOn = p.quotaBars()
	o.MoreUsers, o.MoreGroups, o.MoreRooms = count.Users-len(o.Users), count.Groups-len(o.Groups), count.Rooms-len(o.Rooms)
	return &view{Overview: o}, nil
}

// someUsers are those who are online first, then the banned, then the newest.
func (p *Page) someUsers(now time.Time) []userRow {
	var list []userRow
	seen := map[string]bool{}
	for _, state := range []world.UserState{world.OnlineUser, world.BannedUser, world.AnyUser} {
		users, _, _ := p.world.NewestUsers(state, "", someUsers) // the first page has no cursor to fail with
		for _, u := range users {
			if !seen[u.Name] && len(list) < someUsers {
				seen[u.Name] = true
				list = append(list, p.userRow(u, now))
			}
		}
	}
	return list
}

func (p *Page) someCircles(kind world.CircleKind) []circleRow {
	list, _, _ := p.world.ListCircles(kind, "", someCircles) // as above
	return world.Convert(list, newCircleRow)
}

// quotaBars are the quotas that are used most, the fullest first.
func (p *Page) quotaBars() (bars []quotaBar, on bool) {
	list, on := p.server.Quotas()
	slices.SortFunc(list, func(a, b Quota) int {
		return cmp.Or(
			cmp.Compare(float64(b.Used)/float64(b.N), float64(a.Used)/float64(a.N)),
			strings.Compare(a.Name, b.Name), cmp.Compare(a.Per, b.Per),
		)
	})
	return world.Convert(list[:min(len(list), someQuotas)], func(q Quota) quotaBar {
		return quotaBar{
			Name: q.Name, Limit: fmt.Sprintf("%d %s a %s", q.N, q.Unit, period(q.Per)),
			Used: q.Used, N: q.N, High: q.N * 3 / 4, Full: q.Used >= q.N,
		}
	}), on
}
