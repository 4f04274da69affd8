package upstream

import (
	"net"
	"net/url"
	"testing"
)

func TestAURLWithoutAPortHasThatOfItsScheme(t *testing.T) {
	for scheme, port := range map[string]int{"http": 80, "https": 443} {
		if !isOwn(&url.URL{Scheme: scheme, Host: "localhost"}, &net.TCPAddr{IP: net.IPv4zero, Port: port}, nil) {
			t.Errorf("%s without a port is not port %d", scheme, port)
		}
	}
}
