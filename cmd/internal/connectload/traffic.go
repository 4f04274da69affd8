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

// A Way is how a task calls another.
type Way struct {
	Name   string
	server string // what its answers have in that header
}

// The ways: directly, through the other one's proxy, and through its own and the other one's; and the last two with the
// standard library's proxy in a container of the task in the place of that of Service Connect.
var (
	Direct     = Way{"direct", ""}
	OneProxy   = Way{"one proxy", "envoy"}
	TwoProxies = Way{"two proxies", "envoy"}
	OneLibrary = Way{"one of the standard library", "library"}
	TwoLibrary = Way{"two of the standard library", "library"}
	Ways       = []Way{Direct, OneProxy, OneLibrary, TwoProxies, TwoLibrary}
)

const libraryPort = ":8083"

// Traffic is load between tasks of services. Make it with Serve.
type Traffic struct {
	BareDNS string // the least of a DNS server, in a task

	loader string // that of the calling task
	to     map[Way]string
}

// Serve makes services that are called, and then one that calls them, on Docker.
func (s *Shop) Serve(ctx context.Context) (*Traffic, error) {
	plainTask, err := s.serve(ctx, "plain", plain, "127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	if err := s.createService(ctx, "api", server, 1); err != nil {
		return nil, err
	}
	api, err := s.address("api")
	if err != nil {
		return nil, err
	}
	caller, err := s.serve(ctx, "caller", client, plainTask+libraryPort)
	if err != nil {
		return nil, err
	}
	t := &Traffic{BareDNS: plainTask + ":8082", loader: caller + ":8081", to: map[Way]string{
		Direct: plainTask + ":8080", OneProxy: api + ":8080", TwoProxies: alias, OneLibrary: plainTask + libraryPort, TwoLibrary: "127.0.0.1" + libraryPort,
	}}
	return t, t.seeProxies(ctx)
}

// serve makes a service of one task that has the standard library's proxy to an address, and returns the task's.
func (s *Shop) serve(ctx context.Context, name string, of kind, to string) (string, error) {
	if err := s.register(name, s.proxy(to)); err != nil {
		return "", err
	}
	if err := s.createServiceOf(ctx, name, name, of, 1); err != nil {
		return "", err
	}
	return s.address(name)
}

// seeProxies waits until all answer, and holds that calls go where they are said to go.
func (t *Traffic) seeProxies(ctx context.Context) error {
	for way, to := range t.to {
		var server string
		err := await(ctx, way.Name+": "+to+" answers", func() (bool, error) {
			return t.ask(ctx, "/server", url.Values{"to": {to}}, &server) == nil, nil // they may not listen yet
		})
		if err != nil {
			return err
		}
		if server != way.server {
			return fmt.Errorf("%s: %s is answered by %q", way.Name, to, server)
		}
	}
	return nil
}

// Drive sends requests one of the ways from so many clients for a while.
func (t *Traffic) Drive(ctx context.Context, way Way, clients int, d time.Duration) (l requestload.Load, err error) {
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
