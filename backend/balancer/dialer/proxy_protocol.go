package dialer

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
)

// WithHeader has connections begin with a header, if there is one.
func WithHeader(header []byte, dial Func) Func {
	if len(header) == 0 {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if _, err := conn.Write(header); err != nil { // it fits into the system's buffer
			return nil, errors.Join(err, conn.Close())
		}
		return conn, nil
	}
}

// OwnHeader is the PROXY protocol's header of a connection of the load balancer's own, such as a
// health check's.
var OwnHeader = []byte("\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00")

// ProxyHeader is version 2 of HAProxy's PROXY protocol, binary: the client's address and the one that it has connected to.
func ProxyHeader(source, destination netip.AddrPort, stream bool) []byte {
	b := []byte("\r\n\r\n\x00\r\nQUIT\n\x21")
	family := byte(0x10)
	if !source.Addr().Is4() || !destination.Addr().Is4() {
		family = 0x20
	}
	if stream {
		family |= 1
	} else {
		family |= 2
	}
	var addresses []byte
	for _, a := range []netip.Addr{source.Addr(), destination.Addr()} {
		if family>>4 == 1 {
			four := a.As4()
			addresses = append(addresses, four[:]...)
		} else {
			six := a.As16()
			addresses = append(addresses, six[:]...)
		}
	}
	addresses = binary.BigEndian.AppendUint16(addresses, source.Port())
	addresses = binary.BigEndian.AppendUint16(addresses, destination.Port())
	b = append(b, family)
	b = binary.BigEndian.AppendUint16(b, uint16(len(addresses)))
	return append(b, addresses...)
}
