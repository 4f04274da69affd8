package costs

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
)

// emulator answers as one does, and keeps what it was asked for.
type emulator struct {
	asked url.Values
	costs string
	err   error
}

func (e *emulator) ask(_ context.Context, path string, query url.Values) ([]byte, error) {
	if path == "clock" {
		return []byte(`{"now": "2026-10-02T12:00:00.5Z", "speed": 60}`), nil
	}
	e.asked = query
	return []byte(e.costs), e.err
}

func TestWhatTheEmulatorIsAsked(t *testing.T) {
	for _, c := range []struct {
		of   Command
		want string
	}{
		{Command{}, ""},
		{Command{Service: "web"}, "service=web"},
		{Command{Service: "shop/web"}, "cluster=shop&service=web"},
		{Command{Service: "shop/web", Cluster: "arn:aws:ecs:us-east-1:000000000000:cluster/shop"}, "cluster=arn%3Aaws%3Aecs%3Aus-east-1%3A000000000000%3Acluster%2Fshop&service=web"},
		{Command{Service: "arn:aws:ecs:us-east-1:000000000000:service/shop/web"}, "service=arn%3Aaws%3Aecs%3Aus-east-1%3A000000000000%3Aservice%2Fshop%2Fweb"},
		{Command{Cluster: "shop", InstanceType: "m7g.large"}, "cluster=shop&instance-type=m7g.large"},
		{Command{Since: "2026-10-01T12:00:00+02:00"}, "since=2026-10-01T12%3A00%3A00%2B02%3A00"},
		{Command{Since: "24h"}, "since=2026-10-01T12%3A00%3A00.5Z"},
	} {
		e := &emulator{costs: `{}`}
		c.of.Ask = e.ask
		if err := c.of.Show(t.Context(), &bytes.Buffer{}); err != nil || e.asked.Encode() != c.want {
			t.Errorf("got %s, %v, want %s", e.asked.Encode(), err, c.want)
		}
	}
}

func TestWrongCommands(t *testing.T) {
	for _, c := range []struct {
		of   Command
		want string
	}{
		{Command{Since: "yesterday"}, `--since "yesterday" is neither a time`},
		{Command{Since: "-1h"}, `--since "-1h" is neither a time`},
		{Command{Service: "a/b/c"}, `service "a/b/c" is neither a name`},
		{Command{Service: "shop/web", Cluster: "other"}, "service shop/web is not in the cluster other"},
	} {
		e := &emulator{costs: `{}`}
		c.of.Ask = e.ask
		if err := c.of.Show(t.Context(), &bytes.Buffer{}); !IsWrong(err) || !strings.Contains(err.Error(), c.want) || e.asked != nil {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	gone := errors.New("gone")
	c := Command{Ask: (&emulator{err: gone}).ask}
	if err := c.Show(t.Context(), &bytes.Buffer{}); !errors.Is(err, gone) || IsWrong(err) {
		t.Errorf("got %v", err)
	}
	c.Ask = (&emulator{costs: `<html>`}).ask
	if err := c.Show(t.Context(), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "read the emulator's costs") {
		t.Errorf("got %v", err)
	}
}

// TestJSONIsAsItCame, with members that this version does not know.
func TestJSONIsAsItCame(t *testing.T) {
	var out bytes.Buffer
	c := Command{JSON: true, Ask: (&emulator{costs: "{\"total\": 0.0246850, \"later\": 1}\n"}).ask}
	if err := c.Show(t.Context(), &out); err != nil || out.String() != "{\"total\": 0.0246850, \"later\": 1}\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}
