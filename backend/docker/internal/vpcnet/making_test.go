package vpcnet

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The engine may never answer a request for a network. After a while another one is sent.
func TestARequestForANetworkThatIsLostIsNotAwaitedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, began := New(Options{}), time.Now()
		within := func(d time.Duration, call func(context.Context) error) error {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			return call(ctx)
		}
		err := within(4*time.Second, func(ctx context.Context) error {
			_, err := s.post(ctx, "vpc", func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() })
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a request without an answer: %v", err)
		}
		again := func(ctx context.Context) error { return s.awaitMaking(ctx, "vpc") }
		if err := within(8*time.Second, again); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call while the answer may come: %v", err)
		}
		if err := within(16*time.Second, again); err != nil || time.Since(began) != lostAfter {
			t.Errorf("a later call goes on after %s: %v", time.Since(began), err)
		}
		if err := within(time.Second, again); err != nil {
			t.Errorf("the call after that: %v", err)
		}
		time.Sleep(makingTimeout) // the request ends before its bubble
	})
}
