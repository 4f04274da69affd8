package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

// load is what clients did to a server.
type load struct {
	requests int
	rate     float64 // requests a second
	p99      time.Duration
	cpu      time.Duration // of the server for each request, where it was measured
}

// extent bounds a round: it ends with the time, or after so many requests.
type extent struct {
	time time.Duration
	most int // 0: no bound
}

// token stands in a request for a part that has to differ from request to request.
var token = []byte("000000000000-bench-token")

// tokens counts the tokens that were handed out.
var tokens atomic.Int64

// newToken overwrites the token at its place in a request, if it has one.
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

// drive sends a request again and again over each of the clients' connections.
func drive(clients []sender, request []byte, e extent) (load, error) {
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		all  []time.Duration
		errs []error
		sent atomic.Int64
	)
	began := time.Now()
	end := began.Add(e.time)
	more := func() bool {
		return time.Now().Before(end) && (e.most == 0 || sent.Add(1) <= int64(e.most))
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
		return load{}, fmt.Errorf("drive load: %w", err)
	}
	return load{requests: len(all), rate: float64(len(all)) / elapsed.Seconds(), p99: percentile(all, 99)}, nil
}

func driveOne(c sender, request []byte, more func() bool) ([]time.Duration, error) {
	took := make([]time.Duration, 0, 1<<14)
	at := bytes.Index(request, token)
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

// senders makes n clients of a server, each with a connection of its own.
func (b *bench) senders(ctx context.Context, p *process, n int) (list []sender, err error) {
	for range n {
		if b.client == clientHTTP {
			list = append(list, rawhttp.NewClient(p.address))
			continue
		}
		c, err := p.connect(ctx)
		if err != nil {
			closeAll(list)
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func closeAll(list []sender) {
	for _, c := range list {
		c.Close()
	}
}
