package messages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// A list of any length goes out in calls of the most users that one takes. What failed for
// single users is looked at; a failed call ends it all.
func ExampleService_SendToUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	all := []string{"alice", "bob", "carol"}
	hello := messages.Message{Body: messages.Text("The shop is open.")}
	for usernames := range batch.Chunks(all, messages.MaxUsersBatch) {
		sent, err := client.Messages.SendToUsers(ctx, usernames, hello)
		if err != nil && !errors.Is(err, im.ErrPartial) {
			log.Fatal(err)
		}
		for _, item := range sent.Failed() {
			log.Printf("%s: %v", item.ID, item.Err)
		}
		fmt.Println("sent:", len(sent.Done()))
	}
	// Output: sent: 3
}

// The notification has a title of its own on every phone, and a sound on those of Apple.
func ExampleService_SendToGroups() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	sent, err := client.Messages.SendToGroups(ctx, []string{club}, messages.Message{
		From: "alice",
		Body: messages.Text("Boots, please."),
		Ext:  map[string]any{"trip": "A-17"},
		Push: &messages.Push{
			Display: &messages.PushDisplay{Title: "Hiking club"},
			APNs:    &messages.PushAPNs{Sound: "bell.caf"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(sent[0].Value)
	fmt.Println(string(m.Ext))
	// Output: {"em_apns_ext":{"em_push_sound":"bell.caf"},"em_push_ext":{"title":"Hiking club"},"trip":"A-17"}
}

func ExampleService_SendToRooms() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	room := srv.AddRoom(imtest.Room{Owner: "alice"}).ID
	_, err := client.Messages.SendToRooms(ctx, []string{room}, messages.Message{
		From: "alice", Body: messages.Text("The final begins."), Priority: messages.PriorityHigh,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.RoomMessages(room)[0].Text())
	// Output: The final begins.
}

func ExampleService_SendToGroupMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
	id, err := client.Messages.SendToGroupMembers(ctx, club, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("Your turn.")})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(id)
	fmt.Println(m.Users, len(srv.Messages("carol")))
	// Output: [bob] 0
}

func ExampleService_SendToRoomMembers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	room := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob"}}).ID
	id, err := client.Messages.SendToRoomMembers(ctx, room, []string{"bob"}, messages.Message{From: "alice", Body: messages.Command("unmute-mic")})
	if err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(id)
	fmt.Println(m.Type, m.Users)
	// Output: cmd [bob]
}

// A quota that allows few calls a day is waited for, but not beyond the deadline.
func ExampleService_BroadcastToRooms() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err := client.Messages.BroadcastToRooms(ctx, messages.Broadcast{Body: messages.Text("Maintenance at noon.")})
	switch {
	case errors.Is(err, im.ErrRateLimited):
		fmt.Println("no broadcast is left today")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("sent")
	}
	// Output: sent
}

func ExampleService_BroadcastToOnlineUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	srv.LogIn("bob")
	if _, err := client.Messages.BroadcastToOnlineUsers(ctx, messages.Broadcast{Body: messages.Text("The server restarts.")}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Messages("bob")), len(srv.Messages("carol")))
	// Output: 1 0
}

func ExampleService_BroadcastToAllUsers() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.BroadcastToAllUsers(ctx, messages.Broadcast{Body: messages.Text("Welcome to the spring release.")}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Messages("bob")), len(srv.Messages("carol")))
	// Output: 1 1
}

// An assistant's reply is shown while it is being written.
func ExampleStream() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	reply := client.Messages.StreamToUser("bob", messages.StreamOptions{From: "assistant", Format: messages.StreamFormatMarkdown})
	for _, text := range []string{"The kettle ", "is **on**"} {
		if err := reply.Send(ctx, text); err != nil {
			log.Fatal(err)
		}
	}
	if err := reply.Finish(ctx, ".", nil); err != nil {
		log.Fatal(err)
	}
	m, _ := srv.MessageByID(reply.MessageID())
	fmt.Println(m.Text())
	// Output: The kettle is **on**.
}

func ExampleService_UploadFile() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{Restricted: true})
	if errors.Is(err, im.ErrTooLarge) {
		log.Fatal("the app takes no files of that size: ", err)
	}
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Image(picture.Attachment(), 640, 480)})
	if err != nil {
		log.Fatal(err)
	}
	var b bytes.Buffer
	n, err := client.Messages.DownloadFile(ctx, picture.UUID, &b, messages.DownloadOptions{Secret: picture.Secret})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, b.String())
	// Output: 7 JPEG…
}

func ExampleService_SetFileLifetimes() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	contract, err := client.Messages.UploadFile(ctx, file.Bytes("contract.pdf", []byte("PDF…")), messages.UploadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	const lost = "00000000-0000-0000-0000-000000000000"
	kept, err := client.Messages.SetFileLifetimes(ctx, "alice", []string{contract.UUID, lost}, messages.LifetimeForever)
	if err != nil && !errors.Is(err, im.ErrPartial) {
		log.Fatal(err)
	}
	fmt.Println("kept:", len(kept.Done()), "failed:", kept.Failed().IDs())
	// Output: kept: 1 failed: [00000000-0000-0000-0000-000000000000]
}

// The pictures of an hour are copied, and all its messages are sent on to an archive.
func ExampleService_ReadHistory() {
	srv := imtest.NewServer(nil, imtest.WithClock(imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))))
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	hour := srv.Clock().Now()
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("kettle.jpg", []byte("JPEG…")), messages.UploadOptions{Restricted: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, body := range []messages.Body{messages.Text("Look:"), messages.Image(picture.Attachment(), 640, 480)} {
		if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: body}); err != nil {
			log.Fatal(err)
		}
	}
	srv.Clock().Advance(26 * time.Hour) // the file of an hour may take a day

	for record, err := range client.Messages.ReadHistory(ctx, hour, messages.HistoryOptions{}) {
		if errors.Is(err, messages.ErrHistoryEmpty) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if a, ok := record.Attachment(); ok {
			var copied bytes.Buffer
			if _, err := client.Messages.DownloadAttachment(ctx, a, &copied); err != nil {
				log.Fatal(err)
			}
			fmt.Println(a.Name, copied.Len())
		}
		if _, err := client.Messages.SendToUsers(ctx, []string{"archive"}, record.Message()); err != nil {
			log.Fatal(err)
		}
		fmt.Println(record.Body.Type(), record.Text())
	}
	// Output:
	// txt Look:
	// kettle.jpg 7
	// img
}

func ExampleService_Recall() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("To the wrong Bob.")})
	if err != nil {
		log.Fatal(err)
	}
	srv.Clock().Advance(10 * time.Minute)
	err = client.Messages.Recall(ctx, sent[0].Value, messages.Recall{To: "bob", ChatType: messages.ChatTypeUser, From: "alice"})
	fmt.Println("too late:", errors.Is(err, im.ErrForbidden))
	// Output: too late: true
}

func ExampleService_RecallBatch() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob", "carol"}, messages.Message{From: "alice", Body: messages.Text("Sale: 100 % off!")})
	if err != nil {
		log.Fatal(err)
	}
	var items []messages.RecallItem
	for _, item := range sent {
		items = append(items, messages.RecallItem{MessageID: item.Value, Recall: messages.Recall{To: item.ID, ChatType: messages.ChatTypeUser}})
	}
	recalled, err := client.Messages.RecallBatch(ctx, items)
	if errors.Is(err, im.ErrPartial) {
		for _, item := range recalled.Failed() {
			log.Printf("%s stays: %v", item.ID, item.Err)
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println("recalled:", len(recalled.Done()))
	// Output: recalled: 2
}

func ExampleService_Update() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("9 euros")})
	if err != nil {
		log.Fatal(err)
	}
	err = client.Messages.Update(ctx, sent[0].Value, messages.MessageUpdate{By: "alice", Body: messages.Text("19 euros")})
	switch {
	case errors.Is(err, im.ErrForbidden):
		fmt.Println("it was edited ten times")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(srv.Messages("bob")[0].Text())
	}
	// Output: 19 euros
}

func ExampleService_ListConversations() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	if _, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("Hello!")}); err != nil {
		log.Fatal(err)
	}
	list, err := client.Messages.ListConversations(ctx, "bob")
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range list.Items {
		fmt.Println(c.Peer, c.Unread, c.Last.Text())
		if err := client.Messages.DeleteConversation(ctx, "bob", c.Peer, c.ChatType, messages.DeleteConversationOptions{}); err != nil {
			log.Fatal(err)
		}
	}
	// Output: alice 1 Hello!
}

func ExampleService_DeleteRoamingChat() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	sent, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("Forget it.")})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.DeleteRoamingChat(ctx, "bob", "alice", []string{sent[0].Value}, messages.RoamingOptions{Silent: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Roaming("bob", "alice")), len(srv.Roaming("alice", "bob")))
	// Output: 0 1
}

func ExampleService_DeleteRoamingGroup() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	club := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
	sent, err := client.Messages.SendToGroups(ctx, []string{club}, messages.Message{From: "alice", Body: messages.Text("Forget it.")})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Messages.DeleteRoamingGroup(ctx, "bob", club, []string{sent[0].Value}, messages.RoamingOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.GroupRoaming("bob", club)), len(srv.GroupRoaming("alice", club)))
	// Output: 0 1
}

func ExampleService_ImportToUser() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	_, err := client.Messages.ImportToUser(ctx, "bob", messages.Import{
		From: "alice", Body: messages.Text("From the old system."), SentAt: time.Date(2023, 1, 2, 3, 4, 5, 0, time.UTC), Read: true,
	})
	if errors.Is(err, im.ErrOutcomeUnknown) {
		log.Fatal("it may have been imported: look before another attempt")
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.AllMessages()[0].Text())
	// Output: From the old system.
}

func ExampleService_SaveHistory() {
	srv := imtest.NewServer(nil, imtest.WithClock(imtest.NewClock(time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC))))
	defer srv.Close()
	srv.AddUsers("alice", "bob", "carol")
	client, ctx := srv.Client(), context.Background()
	_, err := client.Messages.SaveHistory(ctx, srv.Clock().Now().Add(-2*time.Hour), "hour.gz", messages.HistoryOptions{})
	fmt.Println("to be fetched later:", errors.Is(err, messages.ErrHistoryNotReady))
	// Output: to be fetched later: true
}
