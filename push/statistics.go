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

// StatisticsOptions choose what to count.
type StatisticsOptions struct {
	From, To time.Time `json:",omitzero"` // days, both included; their dates count as they read in their time zone
	Vendor   Vendor    // empty: all
}

func (o StatisticsOptions) check() error {
	switch {
	case o.From.IsZero():
		return api.Invalid("From", "must not be zero")
	case o.To.IsZero():
		return api.Invalid("To", "must not be zero")
	case o.To.Format(time.DateOnly) < o.From.Format(time.DateOnly):
		return api.Invalid("To", "is %s, must not be before From, %s", o.To.Format(time.DateOnly), o.From.Format(time.DateOnly))
	}
	return nil
}

// Count is what became of one day's pushes over one vendor.
type Count struct {
	Day       time.Time `json:",omitzero"` // 00:00 UTC
	Vendor    Vendor
	Succeeded int
	Failed    int
	Arrived   int // at the device; not all vendors tell
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

var statistics = api.Endpoint{
	ID: "push.statistics", Method: http.MethodGet, Path: "/push/data/offline-push/begin/{From}/end/{To}",
	Quotas: api.Quotas{{N: 10, Per: 10 * time.Second}}, Idempotent: true,
}

// Statistics counts the pushes of each day and vendor, in that order. Days and
// vendors without pushes may be missing. Repeated after a lost response. Quota: 10
// calls in 10 seconds. It is not in the English documents of Agora. Error:
// [im.ErrForbidden] when statistics are not switched on for the app.
//
//im:endpoint push.statistics
func (s *Service) Statistics(ctx context.Context, o StatisticsOptions) ([]Count, error) {
	var out api.Data[map[date]map[Vendor]wireCount]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &statistics, Invalid: o.check(), Out: &out,
		Params: []string{o.From.Format(time.DateOnly), o.To.Format(time.DateOnly)},
		Query:  url.Values{"platform": {string(cmp.Or(o.Vendor, VendorAll))}},
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
