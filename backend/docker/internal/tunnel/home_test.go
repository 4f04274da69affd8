package tunnel

import (
	"io"
	"net"
	"testing"

	"github.com/libp2p/go-yamux/v5"
)

func TestWhoKnowsTheKeyIsWelcome(t *testing.T) {
	const key = "26 letters, as rand.Text has"
	for what, c := range map[string]struct {
		said    string
		welcome bool
	}{
		"the key": {key, true}, "another": {"27 letters, as rand.Text has", false}, "half of it": {key[:9], false},
	} {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		welcomed := make(chan *yamux.Session)
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				t.Error(err)
			}
			far, _ := Welcome(conn, key)
			welcomed <- far
		}()
		near, err := Direct(t.Context(), listener.Addr().String(), c.said)
		far := <-welcomed
		_ = listener.Close()
		if (err == nil) != c.welcome || (far != nil) != c.welcome {
			t.Fatalf("%s: %v", what, err)
		}
		if !c.welcome {
			continue
		}
		stream, err := far.OpenStream(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(stream, "hello")
		other, err := near.AcceptStream()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(other, make([]byte, 5)); err != nil {
			t.Error(err)
		}
		_, _ = near.Close(), far.Close()
	}
}
