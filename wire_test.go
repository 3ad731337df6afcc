package im_test

import (
	"context"
	"testing"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// The endpoints of the root package on the wire, with all documented errors.
func TestWire(t *testing.T) {
	getAlice := func(ctx context.Context, c *im.Client) (any, error) { return nil, get(ctx, c) }
	const token = `{"access_token":"YWMtT","expires_in":86400,"entities":[{"username":"alice"}],
		"user":{"uuid":"9b2f","username":"alice","activated":true}}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "auth.app_token", Token: im.ClientCredentials{ID: "YXA6id", Secret: "YXA6secret"}, Do: getAlice,
			Request: "POST /token", Body: `{"grant_type":"client_credentials","client_id":"YXA6id","client_secret":"YXA6secret"}`,
			Response: token,
		},
		{
			ID: "auth.exchange_agora_token", Token: im.AppCertificate{AppID: appID, Certificate: certificate, Exchange: true}, Do: getAlice,
			Request: "POST /token", Body: `{"grant_type":"agora"}`,
			Response: token,
		},
		{
			ID: "auth.user_token_inherit",
			Do: func(ctx context.Context, c *im.Client) (any, error) {
				_, err := c.UserToken(ctx, "alice", im.UserTokenOptions{})
				return nil, err
			},
			Request: "POST /token", Body: `{"grant_type":"inherit","username":"alice","autoCreateUser":false}`,
			Response: token,
		},
		{
			ID: "auth.user_token_password",
			Do: func(ctx context.Context, c *im.Client) (any, error) {
				_, err := c.UserTokenByPassword(ctx, "alice", "S3cret.pass", 0)
				return nil, err
			},
			Request: "POST /token", Body: `{"grant_type":"password","username":"alice","password":"S3cret.pass"}`,
			Response: token,
		},
		{
			ID:       "auth.dns_config",
			Do:       func(ctx context.Context, c *im.Client) (any, error) { return c.LookUpHosts(ctx) },
			Request:  "GET https://rs.easemob.com/easemob/server.json?app_key=acme%23demo",
			Response: hostsResponse,
			Want:     []im.RESTHost{{Protocol: "http", IP: "203.0.113.10", Port: "80"}, {Protocol: "https", Domain: "a1.example.com", Port: "443"}},
		},
	})
}
