package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
)

// loopback is the user's loopback address: this host's, or that of the engine's.
type loopback interface {
	// open has a port lead somewhere, the one of that number or of any; 0 is any.
	open(key portKey, leads target) (port, error)
	// numbered says that ports have the number that is asked for.
	numbered() bool
}

// port is an open port of a loopback address.
type port interface {
	// address is where clients connect; empty is nowhere any more.
	address() string
	// lead says where it leads from now on. Connections that there are stay.
	lead(to target)
	// close gives it back. Connections that there are go on.
	close()
}

// listeners are those of this process: its loopback address is the user's. Ports that the
// engine publishes would be fixed when a sandbox is created; these come and go with the task,
// and work wherever the engine runs.
type listeners struct {
	engine       backend.Engine
	log          *slog.Logger
	listen       func(network, address string) (net.Listener, error)
	listenPacket func(network, address string) (net.PacketConn, error)
}

func newListeners(engine backend.Engine, log *slog.Logger) *listeners {
	return &listeners{engine, log, listenAlone, net.ListenPacket}
}

func (l *listeners) numbered() bool { return true }

// listener is a port at which this process listens; to is where it leads.
type listener struct {
	io.Closer
	at string
	to *atomic.Pointer[target]
}

func (p *listener) address() string { return p.at }
func (p *listener) lead(to target)  { p.to.Store(&to) }
func (p *listener) close()          { _ = p.Close() }

func (l *listeners) open(key portKey, leads target) (port, error) {
	p := &listener{to: &atomic.Pointer[target]{}}
	p.lead(leads)
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(key.port)))
	if key.protocol == types.TransportProtocolUdp {
		conn, err := l.listenPacket("udp4", at)
		if err != nil {
			return nil, err
		}
		p.Closer, p.at = conn, conn.LocalAddr().String()
		go newDatagrams(conn, p.to, l).serve()
		return p, nil
	}
	accepting, err := l.listen("tcp4", at)
	if err != nil {
		return nil, err
	}
	p.Closer, p.at = accepting, accepting.Addr().String()
	go l.serve(accepting, p.to)
	return p, nil
}

// findLoopback finds out once whose loopback address is the user's. Until then tasks have no
// ports there.
func (h *host) findLoopback(ctx context.Context) {
	if h.ports.settled() {
		return
	}
	select {
	case h.finding <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-h.finding }()
	if h.ports.settled() {
		return
	}
	tcp, udp, err := h.relay.PublishedPorts(ctx)
	switch {
	case err != nil:
		if !h.Engine.Lost(err) && ctx.Err() == nil {
			h.agent.Log.Warn("tasks have no host ports until the engine publishes some", "error", err)
		}
	case len(tcp)+len(udp) == 0:
		h.ports.settle(newListeners(h.Engine, h.agent.Log))
	default:
		p := newPublished(h.relay, h.agent.Log, tcp, udp)
		if h.spawn(func() { p.run(h.life) }) {
			h.ports.settle(p)
		}
	}
}

// await returns when new connections go where the ports lead by now.
func (h *hostPorts) await(ctx context.Context) {
	h.mu.Lock()
	p, ok := h.loopback.(*published)
	h.mu.Unlock()
	if ok {
		p.await(ctx)
	}
}

// listenAlone refuses a port at which somebody answers. BSD lets a process listen at an
// address while another one listens at all of them, and would take its callers away.
func listenAlone(network, address string) (net.Listener, error) {
	if runtime.GOOS == "darwin" {
		if conn, err := net.DialTimeout(network, address, time.Second); err == nil {
			conn.Close()
			return nil, &net.OpError{Op: "listen", Net: network, Err: syscall.EADDRINUSE}
		}
	}
	return net.Listen(network, address)
}

// acceptPause is for how long a listener rests that cannot accept: mostly because the
// process has too many files open, which passes.
const acceptPause = 100 * time.Millisecond

// serve passes connections on until the listener is closed.
func (l *listeners) serve(accepting net.Listener, to *atomic.Pointer[target]) {
	for {
		client, err := accepting.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.log.Warn("connection to a host port not accepted", "address", accepting.Addr(), "error", err)
			time.Sleep(acceptPause)
			continue
		}
		go func() {
			leads := *to.Load()
			if err := l.carry(client, leads); err != nil {
				l.log.Debug("connection to a task failed", "port", leads.port, "error", err)
			}
		}()
	}
}

// dialTimeout bounds the way to the task, so that a client sees a refusal soon.
const dialTimeout = 5 * time.Second

func (l *listeners) dial(network string, to target) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	return l.engine.Dial(ctx, network, to.sandbox, int(to.port))
}

func (l *listeners) carry(client net.Conn, leads target) error {
	defer client.Close()
	task, err := l.dial("tcp", leads)
	if err != nil {
		return fmt.Errorf("dial the task: %w", err)
	}
	defer task.Close()
	done := make(chan error, 2)
	pass := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		} else {
			to.Close()
		}
		done <- err
	}
	go pass(task, client)
	go pass(client, task)
	<-done
	return <-done
}
