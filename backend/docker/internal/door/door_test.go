package door

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoKnowsTheKeyIsWelcome(t *testing.T) {
	const key = "26 letters, as rand.Text has"
	for said, welcome := range map[string]bool{key: true, "27 letters, as rand.Text has": false} {
		outside, inside := net.Pipe()
		admitted := make(chan error, 1)
		go func() { admitted <- Admit(inside, key) }()
		knocked := Knock(outside, said)
		if admitted := <-admitted; (knocked == nil) != welcome || (admitted == nil) != welcome {
			t.Fatalf("%q: knocked %v, admitted %v", said, knocked, admitted)
		}
		if !welcome {
			continue
		}
		go io.WriteString(outside, "hello")
		if _, err := io.ReadFull(inside, make([]byte, 5)); err != nil {
			t.Error(err)
		}
	}
}

// What says nothing, or half of a key, does not stay.
func TestSilenceIsNotWelcome(t *testing.T) {
	for _, said := range []string{"", "half"} {
		synctest.Test(t, func(t *testing.T) {
			outside, inside := net.Pipe()
			go io.WriteString(outside, said)
			began := time.Now()
			if err := Admit(inside, "half of a key"); err == nil || time.Since(began) != Timeout {
				t.Errorf("%q: %v after %s", said, err, time.Since(began))
			}
			if _, err := outside.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("%q: the connection is open: %v", said, err)
			}
		})
	}
}
