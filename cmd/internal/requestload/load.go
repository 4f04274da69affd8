// Package requestload sends a request again and again over the connections of clients, and tells how often and how fast
// it is answered.
package requestload

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Sender is a client's kept-alive connection: it sends a request made beforehand
// and takes in the whole answer.
type Sender interface {
	Exchange(request []byte) error
	Close()
}

// Load is what clients did to a server.
type Load struct {
	Requests int
	Rate     float64 // requests a second
	P99      time.Duration
	CPU      time.Duration // of the server for each request, where it was measured
}

// Extent bounds a round: it ends with the time, or after so many requests.
type Extent struct {
	Time time.Duration
	Most int // 0: no bound
}

// Token stands in a request for a part that has to differ from request to request.
var Token = []byte("000000000000-bench-token")

// tokens counts the tokens that were handed out.
var tokens atomic.Int64

// NewToken overwrites the token in a request, if it has one.
func NewToken(request []byte) { newToken(request, bytes.Index(request, Token)) }

func newToken(request []byte, at int) {
	if at < 0 {
		return
	}
	n := tokens.Add(1)
	for i := at + 11; i >= at; i-- {
		request[i] = byte('0' + n%10)
		n /= 10
	}
}

// Drive sends a request again and again over each of the clients' connections.
func Drive(clients []Sender, request []byte, e Extent) (Load, error) {
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		all  []time.Duration
		errs []error
		sent atomic.Int64
	)
	began := time.Now()
	end := began.Add(e.Time)
	more := func() bool {
		return time.Now().Before(end) && (e.Most == 0 || sent.Add(1) <= int64(e.Most))
	}
	for _, c := range clients {
		wait.Go(func() {
			took, err := driveOne(c, bytes.Clone(request), more)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	wait.Wait()
	elapsed := time.Since(began)
	if err := errors.Join(errs...); err != nil {
		return Load{}, fmt.Errorf("drive load: %w", err)
	}
	return Load{Requests: len(all), Rate: float64(len(all)) / elapsed.Seconds(), P99: Percentile(all, 99)}, nil
}

func driveOne(c Sender, request []byte, more func() bool) ([]time.Duration, error) {
	took := make([]time.Duration, 0, 1<<14)
	at := bytes.Index(request, Token)
	for more() {
		newToken(request, at)
		began := time.Now()
		if err := c.Exchange(request); err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

// Percentile is the least of the durations that p per cent of them do not exceed;
// 0 of none. It sorts its argument.
func Percentile(durations []time.Duration, p int) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	slices.Sort(durations)
	rank := (len(durations)*p + 99) / 100
	return durations[max(rank, 1)-1]
}
