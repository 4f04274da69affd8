package imagepull_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// fakeHost is an engine's host: at some of its addresses the emulator's registry answers, at some others another one.
type fakeHost struct {
	of           *imagepull.Address
	here, others string // addresses, one after the other
	port         uint16 // that its relay publishes, and that leads here
	err          error
	asked        atomic.Int64
}

func (h *fakeHost) LogIn(_ context.Context, address string, login backend.RegistryAuth) error {
	h.asked.Add(1)
	overRelay := h.port != 0 && address == fmt.Sprintf("127.0.0.1:%d", h.port)
	switch {
	case strings.Contains(h.others, address):
		return nil
	case (overRelay || strings.Contains(h.here, address)) && h.of.IsLogin(login.Username, login.Password, overRelay):
		return nil
	}
	return errors.New("dial tcp " + address + ": connect: connection refused")
}

func (h *fakeHost) ListenRegistry(func(context.Context) uint16) net.Listener { return nil }

func (h *fakeHost) RegistryPort(ctx context.Context) (uint16, error) {
	if h.of.Needed(ctx) == 0 {
		return 0, h.err
	}
	return h.port, h.err
}

func addressAt(own string, host *fakeHost) (a *imagepull.Address, found *[]string, log *strings.Builder) {
	found, log = &[]string{}, &strings.Builder{}
	a = imagepull.NewAddress(imagepull.AddressOptions{
		Engine: host, Own: own, Log: slog.New(slog.NewTextHandler(log, nil)), Found: func(at string) { *found = append(*found, at) },
	})
	host.of = a
	return a, found, log
}

func TestWhereAnEngineReachesTheRegistry(t *testing.T) {
	const own = "127.0.0.1:4577"
	for name, c := range map[string]struct {
		host       *fakeHost
		own, want  string
		complaint  string
		neverFound bool
	}{
		"on this machine":                      {host: &fakeHost{here: own}, own: own, want: own},
		"elsewhere, at the same port":          {host: &fakeHost{port: 4577}, own: own, want: own},
		"elsewhere, at another port":           {host: &fakeHost{port: 14600}, own: own, want: "127.0.0.1:14600"},
		"where another registry has the port":  {host: &fakeHost{others: own, port: 14600}, own: own, want: "127.0.0.1:14600"},
		"of an emulator without a port":        {host: &fakeHost{port: 4577}, own: "127.0.0.1:0", want: own},
		"nowhere, as no port is free":          {host: &fakeHost{}, own: own, want: own, neverFound: true, complaint: "no port of its host's loopback address"},
		"nowhere, as another registry answers": {host: &fakeHost{others: "127.0.0.1:14600", port: 14600}, own: own, want: own, neverFound: true, complaint: "another registry answers at 127.0.0.1:14600"},
		"nowhere, as the engine is gone":       {host: &fakeHost{err: backend.ErrUnavailable}, own: own, want: own, neverFound: true, complaint: backend.ErrUnavailable.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			a, found, log := addressAt(c.own, c.host)
			if a.Best() != c.own {
				t.Errorf("before it is asked, the registry is at %q", a.Best())
			}
			if at := a.Find(t.Context()); at != c.want || a.Best() != c.want {
				t.Errorf("the registry is at %q and %q, want %q", at, a.Best(), c.want)
			}
			if c.neverFound != (len(*found) == 0) || !strings.Contains(log.String(), c.complaint) || (c.complaint == "") != (log.String() == "") {
				t.Errorf("found are %q, and the log says %q", *found, log)
			}
		})
	}
}

// Requests that come together ask an engine once, and later ones not at all.
func TestAnEngineIsAskedOnce(t *testing.T) {
	const own = "127.0.0.1:4577"
	host := &fakeHost{here: own}
	a, _, _ := addressAt(own, host)
	var asking sync.WaitGroup
	for range 20 {
		asking.Go(func() { a.Find(t.Context()) })
	}
	asking.Wait()
	if asked := host.asked.Load(); asked != 1 {
		t.Errorf("the engine was asked %d times", asked)
	}
}

// A relay that is made again may have another port; an engine that was away may be back.
func TestAnAddressThatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &fakeHost{err: backend.ErrUnavailable}
		a, found, _ := addressAt("127.0.0.1:4577", host)
		a.Find(t.Context())
		host.err, host.port = nil, 14600
		if at := a.Find(t.Context()); at != "127.0.0.1:4577" {
			t.Errorf("it is looked for again at once: %s", at)
		}
		time.Sleep(10 * time.Second)
		for _, port := range []uint16{14600, 14600, 14601} {
			host.port = port
			a.Find(t.Context())
		}
		if got := strings.Join(*found, " "); got != "127.0.0.1:14600 127.0.0.1:14601" {
			t.Errorf("found are %s", got)
		}
	})
}

// What a caller gives up is not a failure for the next one.
func TestACallerThatGivesUp(t *testing.T) {
	host := &fakeHost{err: context.Canceled}
	a, _, log := addressAt("127.0.0.1:4577", host)
	ended, end := context.WithCancel(t.Context())
	end()
	a.Find(ended)
	host.err, host.port = nil, 14600
	if at := a.Find(t.Context()); at != "127.0.0.1:14600" || log.String() != "" {
		t.Errorf("the registry is at %s, and the log says %q", at, log)
	}
}

// A login of this kind opens nothing, and is no login a second time.
func TestLoginsOfEngines(t *testing.T) {
	a, _, _ := addressAt("127.0.0.1:4577", &fakeHost{here: "127.0.0.1:4577"})
	a.Find(t.Context())
	for _, login := range [][2]string{{"ecs-emulator", ""}, {"ecs-emulator", "guess"}, {"AWS", ""}} {
		if a.IsLogin(login[0], login[1], false) {
			t.Errorf("%q is taken for a login of an engine", login)
		}
	}
}

// The relay's port has the number of the endpoint's. It is still the relay's when that has to be made again, or was made first.
func TestARelayWithTheNumberOfTheEndpoint(t *testing.T) {
	const own = "127.0.0.1:4577"
	host := &fakeHost{port: 4577}
	a, found, _ := addressAt(own, host)
	for range 2 {
		if needed := a.Needed(t.Context()); needed != 4577 {
			t.Errorf("a relay is to publish %d for the registry", needed)
		}
		a.Find(t.Context())
	}
	host.port = 14600 // as something else has it now
	if at := a.Find(t.Context()); at != "127.0.0.1:14600" || len(*found) != 2 {
		t.Errorf("the registry is at %s after %q", at, *found)
	}
}

// After a reset what was found is told once more.
func TestAResetForgetsAddresses(t *testing.T) {
	a, found, _ := addressAt("127.0.0.1:4577", &fakeHost{here: "127.0.0.1:4577"})
	a.Find(t.Context())
	a.Forget()
	a.Find(t.Context())
	if len(*found) != 2 {
		t.Errorf("found are %q", *found)
	}
}

// Two callers ask an engine that is busy: one login is answered, and the other one never.
func TestALateLoginTakesNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &slowHost{fakeHost: fakeHost{here: "127.0.0.1:4577"}}
		a, _, _ := addressAt("127.0.0.1:4577", &host.fakeHost)
		a.Engine = host
		var late sync.WaitGroup
		late.Go(func() { a.Needed(t.Context()) }) // the first one
		synctest.Wait()
		a.Find(t.Context())
		late.Wait()
		if needed := a.Needed(t.Context()); needed != 0 {
			t.Errorf("the engine gets to the endpoint, but a relay is to publish %d", needed)
		}
	})
}

// slowHost never answers the first login.
type slowHost struct {
	fakeHost
	asked atomic.Int64
}

func (h *slowHost) LogIn(ctx context.Context, address string, login backend.RegistryAuth) error {
	if h.asked.Add(1) == 1 {
		<-ctx.Done()
		return ctx.Err()
	}
	return h.fakeHost.LogIn(ctx, address, login)
}
