package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// loopback opens what hostPorts decide to open. Tests have one that is no host's.
type loopback struct {
	listen       func(network, address string) (net.Listener, error)
	listenPacket func(network, address string) (net.PacketConn, error)
}

var thisHost = loopback{listenAlone, net.ListenPacket}

// port is a listener of this host; to is where it leads, which may change at any time.
type port struct {
	io.Closer
	address string
	to      *atomic.Pointer[target]
}

// close ends what is accepted. Connections that there are go on.
func (p *port) close() { _ = p.Close() }

// listen opens a port of the loopback address; 0 is any.
func (h *hostPorts) listen(key portKey, leads target) (*port, error) {
	p := &port{to: &atomic.Pointer[target]{}}
	p.to.Store(&leads)
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(key.port)))
	if key.protocol == types.TransportProtocolUdp {
		conn, err := h.loopback.listenPacket("udp4", at)
		if err != nil {
			return nil, err
		}
		p.Closer, p.address = conn, conn.LocalAddr().String()
		go newDatagrams(conn, p.to, h.log).serve()
		return p, nil
	}
	l, err := h.loopback.listen("tcp4", at)
	if err != nil {
		return nil, err
	}
	p.Closer, p.address = l, l.Addr().String()
	go h.serve(l, p.to)
	return p, nil
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
func (h *hostPorts) serve(l net.Listener, to *atomic.Pointer[target]) {
	for {
		client, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			h.log.Warn("connection to a host port not accepted", "address", l.Addr(), "error", err)
			time.Sleep(acceptPause)
			continue
		}
		go func() {
			leads := *to.Load()
			if err := h.relay(client, leads); err != nil {
				h.log.Debug("connection to a task failed", "port", leads.port, "error", err)
			}
		}()
	}
}

// dialTimeout bounds the way to the task, so that a client sees a refusal soon.
const dialTimeout = 5 * time.Second

func (h *hostPorts) relay(client net.Conn, leads target) error {
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	task, err := h.engine.Dial(ctx, leads.sandbox, int(leads.port))
	cancel()
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
