package dialer

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

// StreamWindow is how much of a body in HTTP/2 one side may send ahead of the other: it is in
// memory as long as that does not read. Without it a target had 4 MiB for each request.
const StreamWindow = 64 << 10

var errNoHTTP2 = errors.New("the target does not speak HTTP/2")

// NewHTTP2Transport makes what asks a target in HTTP/2, over TLS or not.
func NewHTTP2Transport(dial Func) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{
		DialContext: dial, DialTLSContext: dialHTTP2(dial), Protocols: protocols, DisableCompression: true,
		IdleConnTimeout: IdleTime, HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: StreamWindow},
	}
}

// WithPatience gives up a target that does not connect.
func WithPatience(dial Func) Func {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, Patience)
		defer cancel()
		return dial(ctx, network, address)
	}
}

// dialHTTP2 connects in TLS.
func dialHTTP2(dial Func) Func {
	config := tlspolicy.ToTargets.Clone()
	config.NextProtos = []string{"h2"}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, Patience)
		defer cancel()
		secure := tls.Client(conn, config)
		err = secure.HandshakeContext(ctx)
		if err == nil && secure.ConnectionState().NegotiatedProtocol != "h2" {
			err = errNoHTTP2
		}
		if err != nil {
			_ = conn.Close()
			return nil, err
		}
		return secure, nil
	}
}
