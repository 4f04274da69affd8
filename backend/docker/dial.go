package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// dialTimeout bounds a direct connection: the address is on this machine, so an
// answer that has not come by then will not.
const dialTimeout = 3 * time.Second

// connectTimeout bounds what the engine has to do with a connection.
const connectTimeout = 10 * time.Second

// Dial implements backend.Engine. It connects to the sandbox's own address, as a
// load balancer does: what listens on the loopback address alone does not answer.
// Where the address is out of reach, the sandbox program connects from inside, and
// the bytes take the way through the engine's API.
func (e *Engine) Dial(ctx context.Context, sandboxID string, port int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	sandbox, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return nil, engineError(err)
	}
	reachable, err := e.reachable(ctx)
	if err != nil {
		return nil, engineError(err)
	}
	remote := netip.AddrPortFrom(sandbox.ip, uint16(port))
	if !sandbox.ip.IsValid() {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
	}
	if reachable {
		dialer := net.Dialer{Timeout: dialTimeout}
		return dialer.DialContext(ctx, "tcp4", remote.String())
	}
	if _, cut := e.silent.Load(sandboxID); cut || e.keptOut(sandboxID, remote) { // the way through the engine's API is not
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(remote), Err: syscall.ETIMEDOUT}
	}
	return e.dialInside(ctx, sandboxID, remote)
}

// dialInside runs the sandbox program's connect mode.
func (e *Engine) dialInside(ctx context.Context, sandboxID string, remote netip.AddrPort) (net.Conn, error) {
	made, err := e.client.ContainerExecCreate(ctx, sandboxID, container.ExecOptions{
		AttachStdin: true, AttachStdout: true, AttachStderr: true,
		Cmd: []string{sandboxPath, "connect", remote.String()},
	})
	if err != nil {
		return nil, engineError(err)
	}
	stream, err := hijack(ctx, func(ctx context.Context) (types.HijackedResponse, error) {
		return e.client.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	})
	if err != nil {
		return nil, engineError(err)
	}
	c := newExecConn(stream, net.TCPAddrFromAddrPort(remote))
	if err := c.awaitConnected(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// execConn is a connection whose other end is the standard input and output of the
// sandbox program.
type execConn struct {
	net.Conn // writes and deadlines go to the engine's own connection
	stream   types.HijackedResponse
	output   *io.PipeReader
	remote   net.Addr
	said     bytes.Buffer // standard error; read only once output has ended
}

func newExecConn(stream types.HijackedResponse, remote net.Addr) *execConn {
	output, fill := io.Pipe()
	c := &execConn{Conn: stream.Conn, stream: stream, output: output, remote: remote}
	go func() {
		_, err := stdcopy.StdCopy(fill, &c.said, stream.Reader)
		_ = fill.CloseWithError(err) // nil is the end of the stream
	}()
	return c
}

// awaitConnected reads the byte by which the program says that the connection
// stands.
func (c *execConn) awaitConnected(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	_, err := io.ReadFull(c.output, make([]byte, 1))
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF) && c.said.Len() > 0:
		return errors.New(string(bytes.TrimSpace(c.said.Bytes())))
	default:
		return fmt.Errorf("dial sandbox: %w", err)
	}
}

func (c *execConn) Read(b []byte) (int, error) { return c.output.Read(b) }

// CloseWrite tells the far side that no more comes.
func (c *execConn) CloseWrite() error { return c.stream.CloseWrite() }

func (c *execConn) Close() error {
	_ = c.output.Close()
	return c.Conn.Close()
}

func (c *execConn) RemoteAddr() net.Addr { return c.remote }
