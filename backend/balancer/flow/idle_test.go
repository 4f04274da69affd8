package flow

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// A connection is idle when nothing moves either way, however long it has been open and
// whichever way it moves.
func TestWhatMovesOneWayIsNotIdle(t *testing.T) {
	for range 20 { // who looks first is chance
		synctest.Test(t, func(t *testing.T) {
			const idle = 4 * time.Second
			client, near := net.Pipe()
			far, target := net.Pipe()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				pass(near, far, idle, func(int) {}, func(int) {})
			}()
			go io.Copy(io.Discard, client) //nolint:errcheck // it ends with the connection
			for range 100 {
				if _, err := target.Write([]byte("x")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(idle - time.Second)
			}
			began := time.Now()
			<-ended
			if took := time.Since(began) + idle - time.Second; took < idle || took > 2*idle {
				t.Errorf("it ended after %v without a byte", took)
			}
			_, _ = client.Close(), target.Close()
		})
	}
}

// ended is a connection of which one side says nothing more.
type ended struct{ net.Conn }

func (ended) Read([]byte) (int, error) { return 0, io.EOF }
func (ended) CloseWrite() error        { return nil }

// open can be half closed.
type open struct{ net.Conn }

func (open) CloseWrite() error { return nil }

// A connection that is half closed is idle, too, when the one who goes on is not read.
func TestHalfClosedConnectionsThatAreNotRead(t *testing.T) {
	for _, turned := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const idle = 4 * time.Second
			client, near := net.Pipe()
			far, target := net.Pipe()
			go target.Write([]byte("not read")) //nolint:errcheck // it ends with the connection
			began := time.Now()
			if turned {
				pass(open{far}, ended{near}, idle, func(int) {}, func(int) {})
			} else {
				pass(ended{near}, open{far}, idle, func(int) {}, func(int) {})
			}
			if took := time.Since(began); took < idle || took > 2*idle {
				t.Errorf("it ended after %v", took)
			}
			_, _ = client.Close(), target.Close()
		})
	}
}
