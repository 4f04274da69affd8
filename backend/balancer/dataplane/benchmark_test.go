package dataplane_test

import (
	"bufio"
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
	body := strings.Repeat("x", 1024)
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })}
	go func() { _ = server.Serve(target) }()
	b.Cleanup(func() { _ = server.Close() })
	b.Run("direct", func(b *testing.B) { hammer(b, target.Addr().String()) })
	b.Run("balanced", func(b *testing.B) {
		address := benchmarkBalancer(b, "HTTP", target.Addr().String())
		hammer(b, address)
	})
	b.Run("TCP", func(b *testing.B) {
		address := benchmarkBalancer(b, "TCP", target.Addr().String())
		hammer(b, address)
	})
}

func benchmarkBalancer(b *testing.B, protocol, target string) (address string) {
	lb := dataplane.New(dataplane.Options{Listen: func(network, _ string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err == nil {
			address = l.Addr().String()
		}
		return l, err
	}})
	b.Cleanup(func() { _ = lb.Close() })
	for i, p := range []balancer.Piece{
		{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: protocol}},
		{Target: &balancer.Target{Group: "group", ID: "a", Addr: addrPort(target)}},
		{Listener: &balancer.Listener{ID: "listener", Port: 80, Protocol: protocol, Rules: []balancer.Rule{toGroup("group")}}},
	} {
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
		conn, err := net.Dial("tcp", address)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		request := []byte("GET /some/path HTTP/1.1\r\nHost: example.com\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n")
		reader := bufio.NewReader(conn)
		for pb.Next() {
			if _, err := conn.Write(request); err != nil {
				b.Error(err)
				return
			}
			length := 0
			for {
				line, err := reader.ReadSlice('\n')
				if err != nil {
					b.Error(err)
					return
				}
				if len(line) == 2 {
					break
				}
				if strings.HasPrefix(string(line), "Content-Length: 1024") {
					length = 1024
				}
			}
			if _, err := reader.Discard(length); err != nil || length == 0 {
				b.Error("no body", err)
				return
			}
		}
	})
}
