package forward_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xtaci/smux"

	"github.com/ecs-emulator/ecs-emulator/backend/internal/forward"
)

// serve runs a far end in the test's bubble, and returns the near one. smux pools channels, and none of another
// bubble may come into this one: the second collection of garbage empties a pool.
func serve(t *testing.T, f forward.Forward) (near *smux.Session, ended <-chan error) {
	t.Helper()
	runtime.GC()
	runtime.GC()
	here, there := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- f.Serve(there) }()
	config := smux.DefaultConfig()
	config.KeepAliveDisabled = true
	near, err := smux.Client(here, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close() })
	return near, done
}

func open(t *testing.T, session *smux.Session) *smux.Stream {
	t.Helper()
	stream, err := session.OpenStream()
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func TestConnectionsAreCarriedWholeAndAtOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { // it speaks first, then echoes, and ends when the client has ended
				defer conn.Close()
				_, _ = io.WriteString(conn, "hello\n")
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	session, ended := serve(t, forward.Forward{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
		},
		Failed: func(err error) { t.Error(err) },
	})
	sent := make([]byte, 1<<20)
	_, _ = rand.Read(sent)
	var all sync.WaitGroup
	for range 8 {
		stream := open(t, session)
		all.Go(func() {
			go func() { _, _ = stream.Write(sent) }()
			got := make([]byte, len("hello\n")+len(sent))
			if _, err := io.ReadFull(stream, got); err != nil {
				t.Error(err)
			}
			if want := append([]byte("hello\n"), sent...); !bytes.Equal(got, want) {
				t.Error("what came back is not what was sent")
			}
			_ = stream.Close()
		})
	}
	all.Wait()
	open(t, session) // one connection is there when the session ends
	_ = session.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTheServerEndsAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		session, _ := serve(t, forward.Forward{Dial: func(context.Context) (net.Conn, error) { return there, nil }})
		stream := open(t, session)
		go func() {
			_, _ = io.WriteString(here, "all of it")
			_ = here.Close()
		}()
		if got, err := io.ReadAll(stream); string(got) != "all of it" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		_ = stream.Close()
		_ = session.Close()
	})
}

func TestTheClientEndsAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		session, _ := serve(t, forward.Forward{Dial: func(context.Context) (net.Conn, error) { return there, nil }})
		stream := open(t, session)
		go func() {
			_, _ = stream.Write([]byte("all of it"))
			_ = stream.Close()
		}()
		if got, err := io.ReadAll(here); string(got) != "all of it" || err != nil {
			t.Errorf("the server read %q, %v", got, err)
		}
		_ = session.Close()
	})
}

// halfOpen is a connection whose server heeds no end of the client.
type halfOpen struct{ net.Conn }

func (halfOpen) CloseWrite() error { return nil }

func TestAServerThatHeedsNoEndIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		session, _ := serve(t, forward.Forward{Dial: func(context.Context) (net.Conn, error) { return halfOpen{there}, nil }})
		began := time.Now()
		_ = open(t, session).Close()
		if _, err := here.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || time.Since(began).Truncate(time.Second) != time.Minute {
			t.Errorf("the connection ended with %v after %s", err, time.Since(began))
		}
		_ = session.Close()
	})
}

func TestARefusedConnectionClosesItsStreamAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("connection refused")
		var mu sync.Mutex
		var told []error
		session, _ := serve(t, forward.Forward{
			Dial: func(context.Context) (net.Conn, error) { return nil, refused },
			Failed: func(err error) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, err)
			},
		})
		for range 2 {
			stream := open(t, session)
			if _, err := stream.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("a stream without a connection ends with %v", err)
			}
			_ = stream.Close()
		}
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(told) != 2 || !errors.Is(told[0], refused) {
			t.Errorf("told %v", told)
		}
		_ = session.Close()
	})
}

func TestADialEndsWithTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		session, ended := serve(t, forward.Forward{
			Dial: func(ctx context.Context) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			},
			Failed: func(err error) { t.Errorf("told %v", err) },
		})
		open(t, session)
		synctest.Wait()
		_ = session.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
