package push_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"
	"unicode/utf8"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/push"
)

// A campaign: the testers of a beta hear of its next version, but not at night.
func Example() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client, ctx := srv.Client(), context.Background()

	// Alice wants to sleep.
	quiet := push.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute}
	if err := client.Push.UpdateSettings(ctx, "alice", push.ForApp(), push.SettingsUpdate{QuietHours: &quiet}); err != nil {
		log.Fatal(err)
	}

	// The testers get a label.
	label, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: "beta-testers", Description: "version 2"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Push.AddLabelUsers(ctx, label.Name, []string{"alice", "bob"}); err != nil {
		log.Fatal(err)
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
	// pushed, as a task with an id: true
}

func ExampleService_UpdateSettings() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()

	// In this group, Alice only wants to hear of messages that mention her.
	group := push.ForGroup("228111222333441")
	if err := client.Push.UpdateSettings(ctx, "alice", group, push.SettingsUpdate{Mode: push.ModeAt}); err != nil {
		log.Fatal(err)
	}
	settings, err := client.Push.GetSettings(ctx, "alice", group)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(settings.Mode)

	// Output:
	// AT
}

func ExampleService_SetNickname() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()

	name := strings.Repeat("Alice ", 20)
	if utf8.RuneCountInString(name) > push.MaxNickname {
		name = "Alice"
	}
	if err := client.Push.SetNickname(ctx, "alice", name); err != nil {
		log.Fatal(err)
	}
	alice, err := client.Users.Get(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(alice.Nickname)

	// Output:
	// Alice
}

func ExampleService_SetNicknames() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()

	set, err := client.Push.SetNicknames(context.Background(), []push.Nickname{
		{Username: "alice", Nickname: "Alice A."}, {Username: "bob", Nickname: "Bob B."},
	})
	if errors.Is(err, batch.ErrPartial) {
		fmt.Println("failed:", set.Failed().IDs())
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("set:", set.Done().IDs())

	// Output:
	// set: [alice bob]
}

func ExampleService_SendToUser() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client()

	// No device of Alice is bound.
	receipt, err := client.Push.SendToUser(context.Background(), "alice", push.Message{Title: "Tea", Content: "It is ready."})
	if receipt == nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.Status, receipt.Detail)
	fmt.Println("refused:", errors.Is(err, im.ErrForbidden))

	// Output:
	// FAIL no push binding
	// refused: true
}

func ExampleService_SendToUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	client := srv.Client()

	sent, err := client.Push.SendToUsers(context.Background(), []string{"alice", "bob"}, push.Message{Title: "Tea", Content: "It is ready."})
	if err != nil && !errors.Is(err, batch.ErrPartial) {
		log.Fatal(err) // no push was queued, or im.ErrOutcomeUnknown
	}
	for _, item := range sent {
		switch {
		case errors.Is(item.Err, im.ErrNotFound):
			fmt.Println(item.ID, "is not a user")
		case item.Err != nil:
			fmt.Println(item.ID, "failed:", item.Err)
		default:
			fmt.Println(item.ID, "is queued")
		}
	}

	// Output:
	// alice is queued
	// bob is queued
}

// Only devices with HarmonyOS get this push.
func ExampleHarmonyOS() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client()

	_, err := client.Push.SendToUsers(context.Background(), []string{"alice"}, push.Message{
		Title: "Tea", Content: "It is ready.", Platform: push.PlatformHarmonyOS,
		HarmonyOS: &push.HarmonyOS{
			Style: push.HarmonyOSStyleInbox, InboxContent: []string{"Green tea", "Black tea"},
			Set: new(2), Click: push.HarmonyOSClickPage, URI: "tea://today",
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range srv.Pushes() {
		fmt.Println(p.Users, p.Platform)
	}

	// Output:
	// [alice] harmonyos
}

func ExampleService_GetStatistics() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	srv.SetPushCounts(day, "APNS", imtest.PushCounts{Success: 5, Fail: 1, Arrive: 4})

	counts, err := client.Push.GetStatistics(context.Background(), push.StatisticsQuery{From: day, To: day})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range counts {
		fmt.Println(c.Day.Format(time.DateOnly), c.Vendor, c.Succeeded, c.Failed, c.Arrived)
	}

	// Output:
	// 2026-03-01 APNS 5 1 4
}

func ExampleService_BindDevice() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	_, err := client.Push.BindDevice(ctx, "alice", push.Binding{DeviceID: "ios_1", NotifierName: "apns-prod", DeviceToken: "740f4707"})
	if err != nil {
		log.Fatal(err)
	}
	bindings, err := client.Push.GetBindings(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	for _, b := range bindings {
		fmt.Println(b.DeviceID, b.NotifierName)
	}
	// Output: ios_1 apns-prod
}

// An app may have three tasks running, and start 100 in a day.
func ExampleService_SendToAll() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client, ctx := srv.Client(), context.Background()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	taskID, err := client.Push.SendToAll(ctx, push.Message{Title: "Version 2 is here", Content: "Tap to see what is new."})
	switch {
	case errors.Is(err, im.ErrRateLimited):
		fmt.Println("later, or tomorrow")
	case errors.Is(err, im.ErrOutcomeUnknown):
		fmt.Println("look before another attempt: all users would be pushed to twice")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("started:", taskID != "")
	}
	// Output: started: true
}

// The texts of the template are filled in by the sender of a message.
func ExampleService_CreateTemplate() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client, ctx := srv.Client(), context.Background()
	template, err := client.Push.CreateTemplate(ctx, push.NewTemplate{Name: "delivery", Title: "Your {0}", Content: "It comes at {1}."})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendToUsers(ctx, []string{"alice"}, messages.Message{
		Body: messages.Text("Your kettle comes at nine."),
		Push: &messages.Push{Template: &messages.PushTemplate{Name: template.Name, TitleArgs: []string{"kettle"}, ContentArgs: []string{"kettle", "nine"}}},
	})
	fmt.Println("pushed by", template.Name, err)
	// Output: pushed by delivery <nil>
}
