package dataplane

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
)

// streamWindow is how much of a body in HTTP/2 one side may send ahead of the other: it is in
// memory as long as that does not read. Without it a target had 4 MiB for each request.
const streamWindow = 64 << 10

var errNoHTTP2 = errors.New("the target does not speak HTTP/2")

func newHTTP2Transport(dial dialer) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Transport{
		DialContext: dial, DialTLSContext: dialHTTP2(dial), Protocols: protocols, DisableCompression: true,
		IdleConnTimeout: idleTargetTime, HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: streamWindow},
	}
}

// patient gives up a target that does not connect.
func patient(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connectPatience)
		defer cancel()
		return dial(ctx, network, address)
	}
}

// dialHTTP2 connects in TLS.
func dialHTTP2(dial dialer) dialer {
	config := toTargets.Clone()
	config.NextProtos = []string{"h2"}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, connectPatience)
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
