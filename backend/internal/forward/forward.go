// Package forward is the far end of a forwarded port: it makes a connection for each stream that the
// near end, session-manager-plugin, opens.
package forward

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/xtaci/smux"
)

// afterEnd is for how long a server may still answer a client that has ended its stream. The plugin
// takes nothing any more then; without a bound its connections would be there until the session ends.
const afterEnd = time.Minute

// opening is for how long nothing is sent on a new stream: the near end sends its opening before it
// remembers the stream, and drops what comes for a stream that it does not know.
// Source: OpenStream of smux 1.5.56.
const opening = 5 * time.Millisecond

// Forward is a port that connections are forwarded to.
type Forward struct {
	// Dial makes a connection to the port.
	Dial func(context.Context) (net.Conn, error)
	// Failed is told why a connection could not be made. It may be called at the same time.
	Failed func(error)
}

// Serve serves the streams of a session until the session ends, and closes its connections. It closes
// conn too. The plugin sends no keep-alives to agents later than 3.1.1511.0, and this end sends none.
// Source: recorded-exec.md X17.
func (f Forward) Serve(conn io.ReadWriteCloser) error {
	config := smux.DefaultConfig()
	config.Version, config.KeepAliveDisabled = 1, true
	session, err := smux.Server(conn, config)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	defer serving.Wait()
	defer end()
	defer func() { _ = session.Close() }()
	for {
		stream, err := session.AcceptStream()
		if err != nil { // the session is over
			return nil //nolint:nilerr // as it is meant to be
		}
		serving.Go(func() { f.serve(ctx, stream) })
	}
}

// serve carries one connection.
func (f Forward) serve(ctx context.Context, stream *smux.Stream) {
	defer func() { _ = stream.Close() }()
	opened := time.NewTimer(opening)
	defer opened.Stop()
	conn, err := f.Dial(ctx)
	select {
	case <-opened.C:
	case <-ctx.Done():
	}
	if err != nil {
		if ctx.Err() == nil {
			f.Failed(err)
		}
		return
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	go func() {
		_, err := io.Copy(conn, stream)
		if half, ok := conn.(interface{ CloseWrite() error }); ok && (err == nil || errors.Is(err, io.EOF)) && half.CloseWrite() == nil {
			_ = conn.SetReadDeadline(time.Now().Add(afterEnd))
			return
		}
		_ = conn.Close()
	}()
	_, _ = io.Copy(stream, conn)
}
