package count_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/count"
)

// Each time is in a bin that ends at 1.1 times its beginning, so that its average is near.
func TestTimesAreInBins(t *testing.T) {
	b := count.New()
	for _, took := range []time.Duration{-1, 0, 999 * time.Nanosecond, time.Microsecond, time.Millisecond, time.Second, time.Hour, 100 * time.Hour} {
		before := b.Total().Groups["g"].Times
		b.Group("g").Request()
		b.Group("g").Answered(200, took)
		for bin, c := range b.Total().Groups["g"].Times {
			if c.Count == before[bin].Count {
				continue
			}
			least := time.Duration(0)
			if bin > 0 {
				least = time.Microsecond
				for range bin - 1 {
					least = time.Duration(float64(least) * 1.1)
				}
			}
			if most := time.Duration(float64(max(least, time.Microsecond)) * 1.11); took < time.Hour && (max(0, took) < least*9/10 || took > most*11/10) {
				t.Errorf("%v is in bin %d, from %v", took, bin, least)
			}
		}
	}
	if g := b.Total().Groups["g"]; g.Requests != 8 || g.Answers[2] != 8 {
		t.Errorf("%+v", g)
	}
}

// None of these is there where nothing is counted.
func TestNothingIsCountedByNil(t *testing.T) {
	var b *count.LoadBalancer
	b.Opened()
	b.Closed()
	b.Bytes(1)
	b.Answered(200)
	b.TCP().Began()
	b.TLS().Ended()
	b.UDP().Bytes(1)
	g := b.Group("g")
	g.Request()
	g.Opened()
	g.Closed()
	g.ConnectionError()
	g.Answered(200, time.Second)
	if total := b.Total(); total != nil {
		t.Errorf("%+v", total)
	}
}

// BenchmarkRequest is what counting adds to a request of HTTP/1.
func BenchmarkRequest(b *testing.B) {
	c := count.New()
	g := c.Group("g")
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			c.Bytes(100)
			g.Request()
			began := time.Now()
			g.Answered(200, time.Since(began)+time.Millisecond)
			c.Bytes(1000)
		}
	})
}
