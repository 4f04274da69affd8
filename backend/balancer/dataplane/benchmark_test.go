package dataplane_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// BenchmarkHTTP sends small requests over 64 connections through the balancer, and beside
// it directly.
func BenchmarkHTTP(b *testing.B) {
	target := kibServer(b)
	b.Run("direct", func(b *testing.B) { hammer(b, target) })
	b.Run("balanced", func(b *testing.B) { hammer(b, benchmarkBalancer(b, "HTTP", target)) })
	b.Run("TCP", func(b *testing.B) { hammer(b, benchmarkBalancer(b, "TCP", target)) })
}

// kibServer is where a server answers with 1,024 bytes.
func kibServer(b *testing.B) (address string) {
	b.Helper()
	body := strings.Repeat("x", 1024)
	return served(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
}

func served(b *testing.B, h http.Handler) (address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

func benchmarkBalancer(b *testing.B, protocol, target string) (address string) {
	b.Helper()
	return balancerOf(b, balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: protocol}},
		balancer.Piece{Target: &balancer.Target{Group: "group", ID: "a", Addr: addrPort(target)}},
		balancer.Piece{Listener: &balancer.Listener{
			ID: "listener", Port: 80, Protocol: protocol, Rules: []balancer.Rule{toGroup("group")},
		}})
}

// balancerOf is where a balancer of pieces listens.
func balancerOf(b *testing.B, pieces ...balancer.Piece) (address string) {
	b.Helper()
	lb := dataplane.New(dataplane.Options{Listen: func(network, _ string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err == nil {
			address = l.Addr().String()
		}
		return l, err
	}})
	b.Cleanup(func() { _ = lb.Close() })
	for i, p := range pieces {
		p.Version = int64(i + 1)
		if err := lb.Set(p); err != nil {
			b.Fatal(err)
		}
	}
	return address
}

func hammer(b *testing.B, address string) {
	b.SetParallelism(32) // times GOMAXPROCS
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ask, end, err := asking(address)
		if err != nil {
			b.Error(err)
			return
		}
		defer end()
		for pb.Next() {
			if err := ask(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// asking is a client with a connection of its own: ask sends a small request, and wants 1,024 bytes.
func asking(address string) (ask func() error, end func(), err error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	request := []byte("GET /some/path HTTP/1.1\r\nHost: example.com\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n")
	reader := bufio.NewReader(conn)
	ask = func() error {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		length := 0
		for {
			line, err := reader.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(line) == 2 {
				break
			}
			if strings.EqualFold(string(line), "Content-Length: 1024\r\n") {
				length = 1024
			}
		}
		if length == 0 {
			return errors.New("the answer has no body of 1,024 bytes")
		}
		_, err := reader.Discard(length)
		return err
	}
	return ask, func() { _ = conn.Close() }, nil
}
