package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettle(t *testing.T) {
	perSecond := func(n int) []window { return []window{{N: n, Per: "1s"}} }
	for name, tc := range map[string]struct {
		figures []figure
		want    quotas
	}{
		"no figure": {
			want: quotas{Pool: "x.y", Base: perSecond(100)},
		},
		"no pool": {
			figures: []figure{{N: 50, Per: "1s", Scope: "app", Source: "limits"}},
			want:    quotas{Pool: "x.y", Base: perSecond(50)},
		},
		"limits win, whatever the order": {
			figures: []figure{
				{N: 100, Per: "1s", Scope: "app", Pool: "a", Source: "agora-docs"},
				{N: 10, Per: "1s", Scope: "app", Pool: "p", Source: "limits"},
			},
			want: quotas{Pool: "p", Base: perSecond(10)},
		},
		"the first wins where limits is silent": {
			figures: []figure{
				{N: 20, Per: "1s", Scope: "app", Source: "agora-cn-docs"},
				{N: 100, Per: "1s", Scope: "app", Source: "agora-docs"},
			},
			want: quotas{Pool: "x.y", Base: perSecond(20)},
		},
		"messages and calls fold into one pool": {
			figures: []figure{
				{N: 6000, Per: "1m", Scope: "app", Unit: "message", Pool: "m", Source: "limits"},
				{N: 100, Per: "1s", Scope: "app", Unit: "request", Pool: "m_calls", Source: "agora-docs"},
			},
			want: quotas{Pool: "m", Base: []window{{N: 100, Per: "1s"}, {N: 6000, Per: "1m0s", Items: true}}},
		},
		"a user and the app": {
			figures: []figure{
				{N: 5, Per: "1m", Scope: "user", Source: "limits"},
				{N: 100, Per: "1s", Scope: "app", Source: "limits"},
			},
			want: quotas{Pool: "x.y", Base: []window{{N: 100, Per: "1s"}, {N: 5, Per: "1m0s", User: true}}},
		},
		"Easemob's own figure is kept apart": {
			figures: []figure{
				{N: 10, Per: "1m", Scope: "app", Source: "agora-docs, easemob-docs-2026"},
				{N: 100, Per: "1d", Scope: "app", Source: "agora-docs, easemob-docs-2026"},
				{N: 1, Per: "1s", Scope: "app", Source: "easemob-docs-2026"},
			},
			want: quotas{
				Pool:    "x.y",
				Base:    []window{{N: 10, Per: "1m0s"}, {N: 100, Per: "24h0m0s"}},
				Easemob: []window{{N: 1, Per: "1s"}, {N: 10, Per: "1m0s"}, {N: 100, Per: "24h0m0s"}},
			},
		},
		"a figure of Easemob's alone is no base": {
			figures: []figure{{N: 200, Per: "1s", Scope: "app", Pool: "x.y", Platform: "easemob", Source: "easemob-docs-2026"}},
			want:    quotas{Pool: "x.y", Base: perSecond(100), Easemob: perSecond(200)},
		},
		"a budget of Easemob's stands beside the others": {
			figures: []figure{
				{N: 50, Per: "1s", Scope: "app", Source: "limits"},
				{N: 100, Per: "1s", Scope: "app", Pool: "user_management", Platform: "easemob", Source: "easemob-docs-2026"},
			},
			want: quotas{Pool: "x.y", Base: perSecond(50), Within: &budget{"user_management", perSecond(100)}},
		},
		"Easemob alone is the base": {
			figures: []figure{{N: 3, Per: "1d", Scope: "app", Source: "easemob-docs-2026"}},
			want:    quotas{Pool: "x.y", Base: []window{{N: 3, Per: "24h0m0s"}}},
		},
		"what the catalogue overrules, and speeds of delivery": {
			figures: []figure{
				{N: 50, Per: "1s", Scope: "app", Source: "limits"},
				{N: 100, Per: "1s", Scope: "app", Source: "easemob-docs-new, page of the endpoint"},
				{N: 20, Per: "1s", Scope: "one chat room", Source: "agora-docs"},
				{N: 1000, Per: "1s", Scope: "app", Unit: "receiver", Source: "easemob-docs-2026"},
			},
			want: quotas{Pool: "x.y", Base: perSecond(50)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := settle("x.y", tc.figures)
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
	t.Run("unreadable window", func(t *testing.T) {
		_, err := settle("x.y", []figure{{N: 1, Per: "soon", Scope: "app"}})
		assert.Error(t, err)
	})
}

func TestIdempotent(t *testing.T) {
	for text, want := range map[string]bool{
		"true":                                    true,
		"true in effect, although it is a GET":    true,
		"safe to repeat, as messages.recall":      true,
		"safe, makes another file":                true,
		"false":                                   false,
		"false, but harmless":                     false,
		"the content after a repeat is the same…": false,
	} {
		got, err := idempotent("x.y", text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	got, err := idempotent("messages.clear_roaming_all", "true (deletes up to the moment of the call)")
	require.NoError(t, err)
	assert.False(t, got)
	_, err = idempotent("x.y", "")
	assert.Error(t, err)
}
