package sigv4

import (
	"strconv"
	"sync"
	"testing"
)

// TestKeysAreBounded has a client choose a region each time, beside one that stays with its own.
func TestKeysAreBounded(t *testing.T) {
	var k keys
	mine := scope{"secret", "20260926", "us-east-1", "ecs"}
	want := mine.derive()
	for i := range 5 * maxKeys {
		other := scope{"secret", "20260926", strconv.Itoa(i), "ecs"}
		if k.get(other).key != other.derive() {
			t.Fatal("another key")
		}
		if k.get(mine).key != want {
			t.Fatal("another key than at first")
		}
		if len(k.recent) > maxKeys || len(k.older) > maxKeys {
			t.Fatalf("%d recent and %d older keys", len(k.recent), len(k.older))
		}
	}
	if _, ok := k.recent[mine]; !ok {
		t.Error("a key that is in use is forgotten")
	}
}

// TestKeysOfManyAtOnce shows with the race detector that keys may be asked for at once.
func TestKeysOfManyAtOnce(t *testing.T) {
	var k keys
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 2 * maxKeys {
				s := scope{"secret", "20260926", strconv.Itoa(i % 1500), "ecs"}
				if k.get(s).key != s.derive() {
					t.Error("another key")
				}
			}
		})
	}
	wg.Wait()
}
