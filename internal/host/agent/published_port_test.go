package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// relaying is an engine that publishes ports, and notes where they lead.
type relaying struct {
	backend.Engine

	mu       sync.Mutex
	tcp, udp []uint16
	leads    map[string]string // "14600/tcp": "10.0.0.9:80"
	told     int
	asked    int
	broken   error               // of SetPublished
	unasked  error               // of PublishedPorts
	slow     time.Duration       // of SetPublished
	atRemove []map[string]string // leads when something was removed
}

func (r *relaying) Remove(ctx context.Context, id string) error {
	r.mu.Lock()
	r.atRemove = append(r.atRemove, r.leads)
	r.mu.Unlock()
	return r.Engine.Remove(ctx, id)
}

func (r *relaying) Info(ctx context.Context) (backend.Info, error) {
	info, err := r.Engine.Info(ctx)
	info.Simulated = false
	return info, err
}

func (r *relaying) Listen() net.Listener { panic("nothing listens") }

func (r *relaying) PublishedPorts(context.Context) (tcp, udp []uint16, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	return r.tcp, r.udp, r.unasked
}

func (r *relaying) SetPublished(_ context.Context, forwards []backend.PortForward) error {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told++
	if r.broken != nil {
		return r.broken
	}
	leads := map[string]string{}
	for _, f := range forwards {
		if ports := map[string][]uint16{"tcp": r.tcp, "udp": r.udp}[f.Protocol]; !slices.Contains(ports, f.Port) {
			return fmt.Errorf("port %d/%s is not published", f.Port, f.Protocol)
		}
		leads[fmt.Sprintf("%d/%s", f.Port, f.Protocol)] = f.To.String()
	}
	r.leads = leads
	return nil
}

// fail has SetPublished fail, or not with nil.
func (r *relaying) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = err
}

// publish replaces what is published, as when a relay is made again.
func (r *relaying) publish(tcp ...uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tcp = tcp
}

func (r *relaying) lead() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leads
}

// withPublished is about tasks of a service whose ports are published by the engine.
func withPublished(t *testing.T, tcp []uint16, story func(b *bench, r *relaying)) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.service = scope.Service("default", "web")
		r := &relaying{Engine: b.engine, tcp: tcp}
		b.startPublished(r, slog.New(slog.DiscardHandler))
		story(b, r)
	})
}

func (b *bench) startPublished(r *relaying, log *slog.Logger) {
	b.runAgent(New(Options{Store: b.store, Clock: b.clock, Log: log, Hosts: []HostOptions{{Engine: r, LocalPorts: true}}}))
}

// at is where port 80 of a task is.
func (b *bench) at(task string) string {
	b.Helper()
	ip, err := netip.ParseAddr(b.task(task).Status.Attachment.PrivateIPv4)
	if err != nil {
		b.Fatal(err)
	}
	return netip.AddrPortFrom(ip, 80).String()
}

// shows are the addresses that a task shows.
func (b *bench) shows(task string) []string { return opened(b.agent.HostPorts(task, true)) }

func TestAPublishedPortStaysOverADeployment(t *testing.T) {
	withPublished(t, []uint16{14601, 14600, 14602}, func(b *bench, r *relaying) {
		one := b.run(serving("one"), stubborn)
		time.Sleep(time.Second)
		two := b.run(serving("two"), stubborn)
		time.Sleep(time.Second)
		b.expect("the first shows", b.shows(one), []string{"127.0.0.1:14600"})
		b.expect("the second shows", b.shows(two), []string{"127.0.0.1:14601"})
		b.expect("they lead", r.lead(), map[string]string{"14600/tcp": b.at(one), "14601/tcp": b.at(two)})
		b.stopTask(one)
		b.expect("while the first stops, it shows", b.shows(one), []string(nil))
		b.expect("and the second", b.shows(two), []string{"127.0.0.1:14600", "127.0.0.1:14601"})
		b.expect("they lead then", r.lead(), map[string]string{"14600/tcp": b.at(two), "14601/tcp": b.at(two)})
		b.stopTask(two)
		b.expect("no task is left to take it", r.lead()["14600/tcp"], b.at(two))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("when all have ended", r.lead(), map[string]string{})
		b.expect("how often the engine was asked what it publishes", r.asked, 1)
	})
}

// A task is not stopped before its port leads to another one.
func TestAPublishedPortGoesOnBeforeTheTaskStops(t *testing.T) {
	withPublished(t, []uint16{14600, 14601}, func(b *bench, r *relaying) {
		one := b.run(serving("one"))
		two := b.run(serving("two"))
		first, second := one, two
		if b.at(one) != r.lead()["14600/tcp"] {
			first, second = two, one
		}
		r.slow = time.Second
		b.stopTask(first)
		b.expect("while the engine is told, the first", b.task(first).Status.Containers[0].ExitCode == nil, true)
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		b.expect("the port leads", r.lead()["14600/tcp"], b.at(second))
		b.expect("then the first", b.task(first).Status.LastStatus, "STOPPED")
	})
}

// Another container may get the address as soon as the sandbox is removed.
func TestAPublishedPortIsGivenBackBeforeTheAddress(t *testing.T) {
	withPublished(t, []uint16{14600}, func(b *bench, r *relaying) {
		one := b.run(serving("one"))
		b.expect("at first", r.lead(), map[string]string{"14600/tcp": b.at(one)})
		b.stopTask(one)
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("the port leads, when the sandbox is removed", r.atRemove[0], map[string]string{})
	})
}

func TestServicesHavePublishedPortsOfTheirOwn(t *testing.T) {
	withPublished(t, []uint16{14600, 14601, 14602}, func(b *bench, r *relaying) {
		web := b.run(serving("web"))
		b.service = scope.Service("default", "api")
		api := b.run(serving("api"))
		b.service = ""
		alone := b.run(serving("alone"))
		for i, task := range []string{web, api, alone} {
			b.expect("a task shows", b.shows(task), []string{fmt.Sprint("127.0.0.1:", 14600+i)})
		}
		b.stopTask(api)
		b.expect("when one is given back", r.lead(), map[string]string{"14600/tcp": b.at(web), "14602/tcp": b.at(alone)})
		b.expect("the next has it", b.shows(b.run(serving("next"))), []string{"127.0.0.1:14601"})
	})
}

func TestATaskThatFindsNoPublishedPortSaysSo(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		r := &relaying{Engine: b.engine, tcp: []uint16{14600}}
		var log lockedLog
		b.startPublished(r, slog.New(slog.NewTextHandler(&log, nil)))
		first := b.run(serving("first"))
		second := b.run(serving("second"))
		b.expect("the second shows", b.shows(second), []string(nil))
		if !strings.Contains(log.line("task is running", second), "noHostPortFor=[80/tcp]") {
			t.Errorf("its log: %s", log.String())
		}
		b.stopTask(first)
		b.expect("when the first has ended, it shows", b.shows(second), []string{"127.0.0.1:14600"})
		b.expect("it leads", r.lead(), map[string]string{"14600/tcp": b.at(second)})
	})
}

// Those that run get their ports when the engine has said which it publishes.
func TestTasksWaitForPublishedPorts(t *testing.T) {
	withPublished(t, []uint16{14600, 14601}, func(b *bench, r *relaying) {
		old := b.run(serving("old"))
		time.Sleep(time.Second)
		b.run(serving("young"))
		b.stop()
		r.unasked = errors.New("no relay")
		b.startPublished(r, slog.New(slog.DiscardHandler))
		b.expect("while it says nothing, the old one shows", b.shows(old), []string(nil))
		r.unasked = nil
		b.run(serving("new"))
		b.expect("after a restart the old one shows", b.shows(old), []string{"127.0.0.1:14600"})
	})
}

func TestAPublishedPortThatIsGone(t *testing.T) {
	withPublished(t, []uint16{14600, 14601}, func(b *bench, r *relaying) {
		one := b.run(serving("one"))
		two := b.run(serving("two"))
		b.expect("at first", b.shows(one), []string{"127.0.0.1:14600"})
		r.publish(14601, 14605)
		b.service = ""
		b.run(container("other")) // without ports, so nothing is told
		b.stopTask(two)           // and now it is
		synctest.Wait()
		time.Sleep(2 * enginecall.RetryPause)
		b.expect("then", b.shows(one), []string{"127.0.0.1:14601"})
		b.expect("it leads", r.lead(), map[string]string{"14601/tcp": b.at(one)})
	})
}

func TestWherePortsLeadIsToldAgain(t *testing.T) {
	withPublished(t, []uint16{14600}, func(b *bench, r *relaying) {
		r.fail(errors.New("the relay is away"))
		one := b.run(serving("one"))
		b.expect("it runs all the same", b.task(one).Status.LastStatus, "RUNNING")
		b.expect("while the engine refuses", r.lead(), map[string]string{})
		r.fail(nil)
		time.Sleep(2 * enginecall.RetryPause)
		synctest.Wait()
		b.expect("after that", r.lead(), map[string]string{"14600/tcp": b.at(one)})
	})
}

// lockedLog is a log for several goroutines.
type lockedLog struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// line is the one with both texts.
func (l *lockedLog) line(one, other string) string {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, one) && strings.Contains(line, other) {
			return line
		}
	}
	return ""
}
