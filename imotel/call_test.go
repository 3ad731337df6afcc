package imotel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func TestFirst(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{})
	client := c.client(t, srv)
	_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
	require.NoError(t, err)
	for n, s := range c.ended(t) {
		t.Log(n, s.SpanKind, s.Attributes, s.Events, s.Parent.SpanID(), s.SpanContext.SpanID())
	}
	for n, m := range c.metrics(t) {
		t.Logf("%s %+v", n, m)
	}
}
