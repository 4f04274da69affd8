package connectload

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

// Ways are how a task calls another: directly, through the other one's proxy, and through its own and the other one's.
var Ways = []string{"direct", "one proxy", "two proxies"}

// Traffic is load between tasks of services. Make it with Serve.
type Traffic struct {
	BareDNS string // the least of a DNS server, in a task

	loader string // that of the calling task
	to     map[string]string
}

// Serve makes services that are called, and then one that calls them, on Docker.
func (s *Shop) Serve(ctx context.Context) (*Traffic, error) {
	for _, made := range []struct {
		name string
		of   kind
	}{{"plain", plain}, {"api", server}, {"caller", client}} {
		if err := s.createService(ctx, made.name, made.of, 1); err != nil {
			return nil, err
		}
	}
	var at [3]string
	for i, name := range []string{"plain", "api", "caller"} {
		address, err := s.address(name)
		if err != nil {
			return nil, err
		}
		at[i] = address
	}
	t := &Traffic{BareDNS: at[0] + ":8082", loader: at[2] + ":8081", to: map[string]string{Ways[0]: at[0] + ":8080", Ways[1]: at[1] + ":8080", Ways[2]: alias}}
	return t, t.seeProxies(ctx)
}

// seeProxies waits until all answer, and holds that calls go where they are said to go.
func (t *Traffic) seeProxies(ctx context.Context) error {
	for way, to := range t.to {
		var server string
		err := await(ctx, way+": "+to+" answers", func() (bool, error) {
			return t.ask(ctx, "/server", url.Values{"to": {to}}, &server) == nil, nil // they may not listen yet
		})
		if err != nil {
			return err
		}
		if (server == "envoy") != (way != Ways[0]) {
			return fmt.Errorf("%s: %s is answered by %q", way, to, server)
		}
	}
	return nil
}

// Drive sends requests one of the ways from so many clients for a while.
func (t *Traffic) Drive(ctx context.Context, way string, clients int, d time.Duration) (l requestload.Load, err error) {
	return l, t.ask(ctx, "/http", url.Values{"to": {t.to[way]}, "clients": {strconv.Itoa(clients)}, "for": {d.String()}}, &l)
}

// Resolve asks a DNS server, host:port, for the addresses of a name from so many clients for a while.
func (t *Traffic) Resolve(ctx context.Context, server, name string, clients int, d time.Duration) (l requestload.Load, err error) {
	in := url.Values{"to": {server}, "name": {name}, "clients": {strconv.Itoa(clients)}, "for": {d.String()}}
	return l, t.ask(ctx, "/dns", in, &l)
}

func (t *Traffic) ask(ctx context.Context, path string, in url.Values, out any) error {
	c, err := rawhttp.Connect(ctx, t.loader)
	if err != nil {
		return err
	}
	defer c.Close()
	_, body, err := c.Fetch(rawhttp.Request(http.MethodGet, path+"?"+in.Encode(), nil))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, out)
}
