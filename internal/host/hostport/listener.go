package hostport

import (
	"cmp"
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

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// listeners are the listeners of this process: its loopback address is the user's. Ports that the
// engine publishes would be fixed when a sandbox is created; these come and go with their owners,
// and work wherever the engine runs.
type listeners struct {
	engine       Dialer
	log          *slog.Logger
	listen       func(network, address string) (net.Listener, error)
	listenPacket func(network, address string) (net.PacketConn, error)
}

func newListeners(o Options) *listeners {
	if o.Listen == nil {
		o.Listen = listenAlone
	}
	return &listeners{o.Engine, o.Log, o.Listen, net.ListenPacket}
}

func (l *listeners) numbered() bool { return true }

// listener is a port at which this process listens; to is where it leads.
type listener struct {
	io.Closer
	at string
	to *atomic.Pointer[Target]
}

func (p *listener) address() string { return p.at }
func (p *listener) lead(to Target)  { p.to.Store(&to) }
func (p *listener) close()          { _ = p.Close() }

func (l *listeners) open(key portKey, leads Target) (openPort, error) {
	p := &listener{to: &atomic.Pointer[Target]{}}
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

// listenAlone refuses a port at which another process answers. BSD lets a process listen at an
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
func (l *listeners) serve(accepting net.Listener, to *atomic.Pointer[Target]) {
	for {
		client, err := accepting.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.log.Warn("cannot accept a connection to a host port", "address", accepting.Addr(), "error", err)
			time.Sleep(acceptPause)
			continue
		}
		go func() {
			leads := *to.Load()
			if err := l.carry(client, leads); err != nil {
				l.log.Debug("connection to a task failed", "port", leads.Port, "error", err)
			}
		}()
	}
}

// dialTimeout bounds the way to the task, so that a client sees a refusal soon.
const dialTimeout = 5 * time.Second

func (l *listeners) dial(network string, to Target) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	return cmp.Or(to.Engine, l.engine).Dial(ctx, network, to.Sandbox, int(to.Port))
}

func (l *listeners) carry(client net.Conn, leads Target) error {
	defer client.Close()
	task, err := l.dial("tcp", leads)
	if err != nil {
		return fmt.Errorf("dial the ID: %w", err)
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
