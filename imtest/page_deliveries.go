package imtest

import (
	_ "embed"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/outbound"
)

//go:embed page_deliveries.html
var deliveriesHTML string

// pageDeliveries is how many callbacks the page shows.
const pageDeliveries = 30

type pageDelivery struct {
	ID                      int64
	Kind, Rule, State, Note string
	Status, Class, Time, At string
	Resend, CanResend       bool
}

// deliveriesView are the newest callbacks, the newest first.
func (srv *Server) deliveriesView() []pageDelivery {
	all := srv.Deliveries()
	list := all[max(0, len(all)-pageDeliveries):]
	slices.Reverse(list)
	var views []pageDelivery
	for i := range list {
		views = append(views, pageDeliveryOf(&list[i]))
	}
	return views
}

// pageDeliveryOf shows a callback by its last attempt.
func pageDeliveryOf(d *Delivery) pageDelivery {
	v := pageDelivery{
		ID: d.ID, Kind: d.Kind, Rule: d.Rule, State: string(d.State), Note: d.Reason, Status: "–", Class: "poor",
		Time: d.Time.Format(time.TimeOnly), At: d.Time.Format(time.RFC3339), Resend: d.Resend, CanResend: outbound.Family(d.Kind) != "pre_send",
	}
	if n := len(d.Attempts); n > 0 {
		last := d.Attempts[n-1]
		if last.Status != 0 {
			v.Status = strconv.Itoa(last.Status)
		}
		if v.Note == "" {
			v.Note = last.Error
		}
	}
	switch d.State {
	case DeliveryAccepted, DeliveryRewritten, DeliveryRejected:
		v.Class = "good"
	case DeliveryLost, DeliveryFailed:
		v.Class = "bad"
	case DeliveryWaiting, DeliveryStored:
	}
	return v
}

// redeliverForm sends a callback again, as the button of its row says.
func (srv *Server) redeliverForm(w http.ResponseWriter, r *http.Request, text string) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		err = srv.Redeliver(id)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
