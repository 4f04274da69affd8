package lazy

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The engine may never answer a request of a load, for which all callers wait.
func TestALoadThatIsStuckIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var value Value[int]
		attempts := 0
		load := func(ctx context.Context) (int, error) {
			if attempts++; attempts == 1 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return 7, nil
		}
		began := time.Now()
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				if got, err := value.Get(t.Context(), load); got != 7 || err != nil || time.Since(began) != firstPatience {
					t.Errorf("Get: %d, %v after %s", got, err, time.Since(began))
				}
			})
		}
		cut, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := value.Get(cut, load); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("a caller that gives up: %v after %s", err, time.Since(began))
		}
		callers.Wait()
		if attempts != 2 {
			t.Errorf("there were %d attempts", attempts)
		}
	})
}

func TestALoadThatTakesLongIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var value Value[int]
		got, err := value.Get(t.Context(), func(ctx context.Context) (int, error) {
			select {
			case <-time.After(35 * time.Second):
				return 7, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		if got != 7 || err != nil {
			t.Errorf("Get: %d, %v", got, err)
		}
	})
}

func TestALoadThatNeverEndsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var value Value[int]
		began := time.Now()
		_, err := value.Get(t.Context(), func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != LoadTimeout {
			t.Errorf("Get: %v after %s", err, time.Since(began))
		}
	})
}
