package dockerapi

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestARequestWithoutAnAnswerIsMadeTwice(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second time.Duration // how long they take
		asked         int32
		want          int32 // which of them answers
		after         time.Duration
	}{
		{"answered", time.Second, 0, 1, 1, time.Second},
		{"lost", time.Hour, time.Second, 2, 2, answerSoon + time.Second},
		{"slow", 4 * time.Second, time.Hour, 2, 1, 4 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				began := time.Now()
				got, err := twice(t.Context(), func(ctx context.Context) (int32, error) {
					n, takes := asked.Add(1), c.first
					if n == 2 {
						takes = c.second
					}
					select {
					case <-time.After(takes):
						return n, nil
					case <-ctx.Done():
						return 0, ctx.Err()
					}
				})
				if got != c.want || err != nil || asked.Load() != c.asked || time.Since(began) != c.after {
					t.Errorf("got the answer to request %d of %d, %v, after %s", got, asked.Load(), err, time.Since(began))
				}
			})
		})
	}
}

func TestARequestThatIsMadeTwiceEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := twice(ctx, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
