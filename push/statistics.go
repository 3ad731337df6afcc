package push

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Vendor is who delivers notifications, as the statistics name it.
type Vendor string

// The vendors.
const (
	VendorAll     Vendor = "ALL"
	VendorAPNs    Vendor = "APNS"
	VendorAndroid Vendor = "ANDROID"
	VendorXiaomi  Vendor = "XIAOMIPUSH"
	VendorHuawei  Vendor = "HUAWEIPUSH"
	VendorMeizu   Vendor = "MEIZUPUSH"
	VendorOppo    Vendor = "OPPOPUSH"
	VendorVivo    Vendor = "VIVOPUSH"
	VendorHonor   Vendor = "HONOR"
)

// StatisticsQuery says what to count.
type StatisticsQuery struct {
	From   time.Time `json:"from,omitzero"`   // a day, included; its date counts as it reads in its time zone
	To     time.Time `json:"to,omitzero"`     // likewise
	Vendor Vendor    `json:"vendor,omitzero"` // empty: all
}

func (q StatisticsQuery) check() error {
	switch {
	case q.From.IsZero():
		return api.Invalid("From", "must not be zero")
	case q.To.IsZero():
		return api.Invalid("To", "must not be zero")
	case q.To.Format(time.DateOnly) < q.From.Format(time.DateOnly):
		return api.Invalid("To", "is %s, must not be before From, %s", q.To.Format(time.DateOnly), q.From.Format(time.DateOnly))
	}
	return nil
}

// Count is what became of one day's pushes over one vendor.
type Count struct {
	Day       time.Time `json:"day,omitzero"` // 00:00 UTC
	Vendor    Vendor    `json:"vendor"`       // who delivered them
	Succeeded int       `json:"succeeded"`    // taken by the vendor; 0 also if the server leaves it out
	Failed    int       `json:"failed"`       // 0 also if the server leaves it out
	Arrived   int       `json:"arrived"`      // at the device; not all vendors report it
}

type wireCount struct {
	Succeeded api.Int `json:"successCount"`
	Failed    api.Int `json:"failCount"`
	Arrived   api.Int `json:"arriveCount"`
}

// date is a day, where it is the key of an object.
type date time.Time

func (d *date) UnmarshalText(b []byte) error {
	day, err := time.Parse(time.DateOnly, string(b))
	*d = date(day)
	return err
}

var getStatistics = api.Endpoint{
	ID: "push.statistics", Method: http.MethodGet, Path: "/push/data/offline-push/begin/{From}/end/{To}",
	Quotas: api.Quotas{{N: 10, Per: 10 * time.Second}}, Idempotent: true,
}

// GetStatistics returns how many pushes went out on each day over each vendor, in that
// order. Days and vendors without pushes may be missing. Quota: 10 calls in 10 seconds. Not in
// the English documents of Agora. Errors: im.ErrForbidden if statistics are not switched on for
// the app.
//
//im:endpoint push.statistics
func (s *Service) GetStatistics(ctx context.Context, q StatisticsQuery) ([]Count, error) {
	var out api.Data[map[date]map[Vendor]wireCount]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getStatistics, Invalid: q.check(), Out: &out,
		Params: []string{q.From.Format(time.DateOnly), q.To.Format(time.DateOnly)},
		Query:  url.Values{"platform": {string(cmp.Or(q.Vendor, VendorAll))}},
	})
	if err != nil {
		return nil, err
	}
	var counts []Count
	for day, vendors := range out.Data {
		for vendor, c := range vendors {
			counts = append(counts, Count{
				Day: time.Time(day), Vendor: vendor, Succeeded: c.Succeeded.Int(), Failed: c.Failed.Int(), Arrived: c.Arrived.Int(),
			})
		}
	}
	slices.SortFunc(counts, func(a, b Count) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Vendor, b.Vendor))
	})
	return counts, nil
}
