package dataplane_test

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// benchmarkProxy is where a proxy of Service Connect listens that leads to a target.
func benchmarkProxy(b *testing.B, target string) string {
	b.Helper()
	return balancerOf(b, balancer.Piece{TargetGroup: &balancer.TargetGroup{ID: "group", Protocol: "HTTP", ProtocolVersion: "HTTP1"}},
		balancer.Piece{Target: &balancer.Target{Group: "group", ID: "a", Addr: addrPort(target)}},
		balancer.Piece{Listener: &balancer.Listener{
			ID: "out/api:80", Port: 8080, Protocol: "HTTP", Rules: []balancer.Rule{toGroup("group")}, Connect: &balancer.Connect{Protocol: "http"},
		}})
}

// libraryProxy is the least that the standard library has in its place.
func libraryProxy(b *testing.B, target string) string {
	p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
	p.Transport = &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true}
	return served(b, p)
}

// BenchmarkGoalServiceConnect sends small requests over 16 connections to a server: directly, through one proxy and two,
// as the client's and the server's, and through as many of the standard library, by turns. What a proxy costs beside
// direct calls is the machine's more than the proxy's: those goals are of one on which the standard library's had 0.38
// and 0.23 of their requests, and those beside the library are the same ones, for any machine.
func BenchmarkGoalServiceConnect(b *testing.B) {
	const rounds = 4
	target := kibServer(b)
	one, library := benchmarkProxy(b, target), libraryProxy(b, target)
	b.Run("one proxy", func(b *testing.B) {
		for b.Loop() {
			rates, more := compare(b, rounds, target, one, library)
			b.ReportMetric(rates[1]/rates[0], "of-direct≥0.35")
			b.ReportMetric(rates[1]/rates[2], "of-library≥0.92")
			b.ReportMetric(more, "ms-more-p99≤4")
		}
	})
	b.Run("two proxies", func(b *testing.B) {
		two, library := benchmarkProxy(b, one), libraryProxy(b, library)
		for b.Loop() {
			rates, more := compare(b, rounds, target, two, library)
			b.ReportMetric(rates[1]/rates[0], "of-direct≥0.2")
			b.ReportMetric(rates[1]/rates[2], "of-library≥0.87")
			b.ReportMetric(more, "ms-more-p99≤4")
		}
	})
}

// compare puts load on each of the ways by turns: the first round warms up. It returns the rates, and how many
// milliseconds the p99 of the second is above the p99 of the first.
func compare(b *testing.B, rounds int, ways ...string) (rates []float64, more float64) {
	b.Helper()
	took := make([][]time.Duration, len(ways))
	for round := range rounds + 1 {
		for i, way := range ways {
			if one := load(b, way); round > 0 {
				took[i] = append(took[i], one...)
			}
		}
	}
	p99 := func(list []time.Duration) float64 {
		slices.Sort(list)
		return list[len(list)*99/100].Seconds() * 1000
	}
	for _, list := range took {
		rates = append(rates, float64(len(list)))
	}
	return rates, p99(took[1]) - p99(took[0])
}

// load has 16 clients ask again and again for a while.
func load(b *testing.B, address string) (all []time.Duration) {
	b.Helper()
	const clients, during = 16, 300 * time.Millisecond
	var asked sync.WaitGroup
	var mu sync.Mutex
	began := time.Now()
	for range clients {
		asked.Go(func() {
			ask, end, err := asking(address)
			if err != nil {
				b.Error(err)
				return
			}
			defer end()
			var took []time.Duration
			for now := time.Now(); now.Sub(began) < during; {
				if err := ask(); err != nil {
					b.Error(err)
					return
				}
				then := time.Now()
				took, now = append(took, then.Sub(now)), then
			}
			mu.Lock()
			all = append(all, took...)
			mu.Unlock()
		})
	}
	asked.Wait()
	if len(all) == 0 {
		b.Fatal("no request is answered")
	}
	return all
}
