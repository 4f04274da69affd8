package control

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Between two values of a stream there is at least overviewPause. A burst of changes settles for
// overviewSettle, and at the end there is a last look after overviewPause: addresses of the loopback
// interface are in no row. All are real time.
const (
	overviewPause  = 500 * time.Millisecond
	overviewSettle = 50 * time.Millisecond
)

type overviewRoute struct {
	store         *store.Store
	clock         Clock
	ports         func(taskARN string, open bool) []Port
	instanceIP    func(taskARN string) string
	pulls         func(taskARN string) []overview.Pull
	keptApart     func(loadBalancerARN string, target netip.Addr, port int) string
	loadBalancers func() []LoadBalancer
	repositories  func(tx *store.Tx) []overview.Repository
	denials       func(now time.Time) *overview.Denials
	closing       context.Context
	log           *slog.Logger
}

// serve serves GET /_emulator/overview: clusters, services, load balancers, tasks, container instances and repositories
// of all accounts and regions, what of them is not as wanted, and stacks that are not. ?cluster= is the name or ARN of one, and
// ?tasks= the most tasks of each list.
//
// With ?follow=true each line has a value, the first at once and others after changes, at most two in a
// second. With Accept: text/event-stream they are server-sent events. Nothing is read while nothing changes.
func (o overviewRoute) serve(w http.ResponseWriter, r *http.Request) {
	wanted, err := o.options(r)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	first, err := o.read(wanted)
	if err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	stream := &overviewStream{overviewRoute: o, wanted: wanted, form: "%s\n", flush: http.NewResponseController(w).Flush, w: w}
	contentType := "application/x-ndjson"
	switch {
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		stream.form, stream.alive, contentType = "data: %s\n\n", ":\n\n", "text/event-stream"
	case r.URL.Query().Get("follow") != "true":
		answer(w, http.StatusOK, first, o.log)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := untilClosing(r.Context(), o.closing)
	defer cancel()
	stream.run(ctx)
}

func (o overviewRoute) options(r *http.Request) (wanted overview.Options, err error) {
	query := r.URL.Query()
	wanted = overview.Options{Cluster: query.Get("cluster"), InstanceIP: o.instanceIP, Pulls: o.pulls, KeptApart: o.keptApart, Repositories: o.repositories, Denials: o.denials}
	if text := query.Get("tasks"); text != "" {
		if wanted.Tasks, err = strconv.Atoi(text); err != nil || wanted.Tasks <= 0 {
			return wanted, fmt.Errorf("tasks is not a number from 1 up: %s", text)
		}
	}
	return wanted, nil
}

func (o overviewRoute) read(wanted overview.Options) (*overview.Overview, error) {
	shown := 0
	wanted.Ports = func(taskARN string) (ports []overview.Port) {
		shown++
		for _, p := range o.ports(taskARN, shown <= mostOpened) {
			ports = append(ports, overview.Port(p))
		}
		return ports
	}
	wanted.LocalAddresses = func() map[string][]string { return localAddresses(o.loadBalancers()) }
	view, err := overview.Read(o.store.Read(), o.clock.Now(), wanted)
	if err != nil {
		return nil, err
	}
	view.Speed = o.clock.Speed()
	return view, nil
}

// overviewStream sends one client a value after each change.
type overviewStream struct {
	overviewRoute
	wanted overview.Options
	form   string // of a value
	alive  string // what shows that a quiet stream goes on; empty: nothing does
	flush  func() error
	w      http.ResponseWriter
	sent   overview.Overview
	sentAt time.Time
}

// run goes on until ctx ends, the client has gone or its cluster is gone.
func (s *overviewStream) run(ctx context.Context) {
	for {
		changed := s.store.Changed()
		if s.send() != nil || pause.For(ctx, overviewPause) != nil {
			return
		}
		if !ended(changed) && s.send() != nil {
			return
		}
		if s.wait(ctx, changed) != nil || pause.For(ctx, overviewSettle) != nil {
			return
		}
	}
}

// send sends what there is, unless it has been sent.
func (s *overviewStream) send() error {
	view, err := s.read(s.wanted)
	if err != nil {
		return err
	}
	if last := s.sent; !s.clockMoved() {
		last.Now = view.Now
		if reflect.DeepEqual(last, *view) {
			return nil
		}
	}
	s.sent, s.sentAt = *view, time.Now()
	body, err := json.Marshal(view)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, s.form, body); err != nil {
		return err
	}
	return s.flush()
}

// clockMoved reports whether the clock is not where a client expects it by the value that was sent last, so
// that its ages are wrong.
func (s *overviewStream) clockMoved() bool {
	expected := s.sent.Now.Add(time.Duration(float64(time.Since(s.sentAt)) * s.sent.Speed))
	tolerance := time.Duration(float64(time.Second) * max(1, s.sent.Speed))
	return s.clock.Speed() != s.sent.Speed || s.clock.Now().Sub(expected).Abs() > tolerance
}

// pullsMove reports whether there are pulls that take long, or were: no row tells how far they are.
func (s *overviewStream) pullsMove() bool {
	shown := func(t overview.Task) bool { return len(t.Pulls) > 0 }
	return s.pulls != nil && len(s.pulls("")) > 0 || slices.ContainsFunc(s.sent.Tasks, shown)
}

// denialsMove reports whether there are other denials than were sent: no row tells of them.
func (s *overviewStream) denialsMove() bool {
	return s.denials != nil && !reflect.DeepEqual(s.denials(s.clock.Now()), s.sent.Denials)
}

// wait waits for a change of a row or of the clock, or for news of pulls and denials, and shows now and then that the stream lives.
func (s *overviewStream) wait(ctx context.Context, changed <-chan struct{}) error {
	quiet, look := time.NewTicker(keepAlive), time.NewTicker(time.Second)
	defer quiet.Stop()
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			return nil
		case <-look.C:
			if s.clockMoved() || s.pullsMove() || s.denialsMove() {
				return nil
			}
		case <-quiet.C:
			if _, err := fmt.Fprint(s.w, s.alive); err != nil {
				return err
			}
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
}

func ended(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
