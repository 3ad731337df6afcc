package push_test

import (
	"context"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/users"
)

// A campaign: the testers of a beta hear of its next version, but not at night.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	testers := []string{"alice", "bob"}
	_, err = client.Users.RegisterBatch(ctx, []users.NewUser{
		{Username: "alice", Password: "S3cret.pass"}, {Username: "bob", Password: "S3cret.pass"},
	})
	if err != nil {
		log.Fatal(err)
	}

	// Alice wants to sleep.
	settings, err := client.Push.SetSettings(ctx, "alice", push.ForApp(), push.SettingsUpdate{
		QuietHours: &push.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("alice is not disturbed", settings.QuietHours)

	// The testers get a label; carol has left the app since the list was made.
	label, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta-testers", Description: "version 2"})
	if err != nil {
		log.Fatal(err)
	}
	added, err := client.Push.AddLabelUsers(ctx, label.Name, append(testers, "carol"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("labelled:", added.Done())
	for _, one := range added {
		if one.Err != nil {
			fmt.Println("not labelled:", one.ID)
		}
	}

	// One call reaches them all, over the vendors of their phones.
	taskID, err := client.Push.SendToLabels(ctx, []string{label.Name}, push.Message{
		Title:   "Version 2 is here",
		Content: "Tap to see what is new.",
		Config:  &push.Config{Click: &push.Click{URL: "https://www.example.com/beta"}},
		APNs:    &push.APNs{Badge: new(1), TTL: 24 * time.Hour},
		Huawei: &push.Huawei{Message: &push.HuaweiMessage{Android: &push.HuaweiAndroid{
			Category: "MARKETING", Notification: &push.HuaweiNotification{Importance: push.ImportanceLow},
		}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("pushed, as a task with an id:", taskID != "")

	// Output:
	// alice is not disturbed 22:00-07:30
	// labelled: [alice bob]
	// not labelled: carol
	// pushed, as a task with an id: true
}
