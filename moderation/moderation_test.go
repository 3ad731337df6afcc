package moderation_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/page"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *moderation.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Moderation) }
}

// doErr does so with a method that returns nothing else.
func doErr(f func(context.Context, *moderation.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Moderation) }
}

func TestCheckText(t *testing.T) {
	check := func(text string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *moderation.Service) (*moderation.Verdict, error) {
			return s.CheckText(ctx, text)
		})
	}
	const (
		request = "POST /moderation/txt/check"
		body    = `{"content":"buy cheap tea"}`
	)
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.check_text", Do: check("buy cheap tea"),
			Request: request, Body: body,
			Response: `{"code":200,"data":{"type":"REJECT","riskType":"广告:其他","riskLabel":"AD","exchangeText":"buy ***** tea","sensitiveWords":["cheap"]},"meta":{"timestamp":1752000000001,"requestId":""}}`,
			Want: &moderation.Verdict{
				Result: moderation.ResultReject, Risk: moderation.RiskAd, RiskText: "广告:其他", Replaced: "buy ***** tea", Words: []string{"cheap"},
			},
		},
		{
			ID: "moderation.check_text", Name: "an array, with a probability", Do: check("buy cheap tea"),
			Request: request, Body: body,
			Response: `{"code":200,"data":[{"type":"PASS","riskLabel":"NONE","riskType":null,"sensitiveWords":[],"probability":0}]}`,
			Want:     &moderation.Verdict{Result: moderation.ResultPass, Risk: moderation.RiskNone, Probability: new(0.0)},
		},
		{
			ID: "moderation.check_text", Name: "no verdict is no pass", Do: check("buy cheap tea"),
			Request: request, Body: body,
			Response: `{"code":200,"data":{"riskLabel":"NONE"}}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "moderation.check_text", Name: "two verdicts", Do: check("buy cheap tea"),
			Request: request, Body: body,
			Response: `{"code":200,"data":[{"type":"PASS"},{"type":"REJECT"}]}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "moderation.check_text", Name: "no text", Do: check(""), Err: im.ErrInvalidArgument},
	})
	for result, passed := range map[moderation.Result]bool{
		moderation.ResultPass: true, moderation.ResultReview: false, moderation.ResultReject: false, moderation.ResultUnknown: false, "": false, "new": false,
	} {
		assert.Equal(t, passed, moderation.Verdict{Result: result}.Passed(), result)
	}
}

// One number stands for several things, which the text distinguishes; without a text
// known, the number decides.
func TestNumbers(t *testing.T) {
	for body, kind := range map[string]error{
		`{"error":"Bad request","error_code":4000404,"error_description":"text moderation not open"}`:       im.ErrNotEnabled,
		`{"error":"Bad request","error_code":4000404,"error_description":"?"}`:                              im.ErrNotEnabled,
		`{"code":"4000404","message":"?"}`:                                                                  im.ErrNotEnabled,
		`{"error":"Bad request","error_code":4000303,"error_description":"application not found"}`:          im.ErrAppNotFound,
		`{"error":"Bad request","error_code":4000303,"error_description":"text rule moderation not exist"}`: im.ErrNotEnabled,
		`{"error":"Bad request","error_code":4000005,"error_description":"?"}`:                              im.ErrInvalidArgument,
	} {
		client, _ := wiretest.Client(t, wiretest.JSON(400, body))
		_, err := client.Moderation.CheckText(t.Context(), "x")
		require.ErrorIs(t, err, kind, body)
		require.NotErrorIs(t, err, im.ErrNotFound, body)
	}
}

func TestExportFiles(t *testing.T) {
	list := func(uuid string, o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *moderation.Service) (*page.Page[moderation.ExportFile], error) {
			return s.ListExportFiles(ctx, uuid, o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "moderation.list_export_files", Do: list("6f1c", page.Numbered{}),
			Request: "GET /moderation/export/files?page=0&size=200&uuid=6f1c",
			Response: `{"entities":[{"id":17,"uuid":"6f1c","fileName":"r.txt","status":"Finished","cond":"{}","detail":"d","size":"2048",` +
				`"expiredAt":"later","createdAt":"then","updatedAt":1752000000001}],"first":true,"last":true,"size":200,"number":0,"numberOfElements":1,"totalPages":1,"totalElements":1}`,
			Want: &page.Page[moderation.ExportFile]{Total: 1, Items: []moderation.ExportFile{{
				ID: "17", UUID: "6f1c", Name: "r.txt", Status: moderation.ExportFinished, Conditions: "{}", Detail: "d", Size: 2048,
				Expires: "later", Created: "then", Updated: "1752000000001",
			}}},
		},
		{
			ID: "moderation.list_export_files", Name: "the second page", Do: list("6f1c", page.Numbered{Page: 2, Size: 1}),
			Request:  "GET /moderation/export/files?page=1&size=1&uuid=6f1c",
			Response: `{"entities":[{"uuid":"6f1c","status":"Creating"}],"last":false,"totalElements":3}`,
			Want: &page.Page[moderation.ExportFile]{
				Total: 3, Next: "3", Items: []moderation.ExportFile{{UUID: "6f1c", Status: moderation.ExportCreating}},
			},
		},
		{
			ID: "moderation.list_export_files", Name: "no list", Do: list("6f1c", page.Numbered{}),
			Request:  "GET /moderation/export/files?page=0&size=200&uuid=6f1c",
			Response: `{"first":true}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "moderation.list_export_files", Name: "no uuid", Do: list("", page.Numbered{}), Err: im.ErrInvalidArgument},
	})

	var got bytes.Buffer
	wiretest.Run(t, []wiretest.Case{{
		ID: "moderation.download_export_file",
		Do: do(func(ctx context.Context, s *moderation.Service) (int64, error) {
			got.Reset()
			return s.DownloadExportFile(ctx, "6f1c", &got)
		}),
		Request:  "GET /moderationfiles/6f1c?type=record",
		Response: "record 1\nrecord 2\n",
		Want:     int64(18),
	}})
	assert.Equal(t, "record 1\nrecord 2\n", got.String())
}
