package dataplane_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
)

// Clients beyond the bound wait until others go.
func TestTooManyClients(t *testing.T) {
	defer dataplane.SetMostClients(2)()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, nil, toGroup("group"), pausing)
		defer b.end()
		first, second, third := b.dial(), b.dial(), b.dial()
		defer func() { _, _ = second.Close(), third.Close() }()
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			fmt.Fprint(third, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			wantAnswer(t, bufio.NewReader(third), http.StatusOK, "")
		}()
		synctest.Wait()
		select {
		case <-answered:
			t.Error("the third is answered beside two others")
		default:
		}
		_ = first.Close()
		<-answered
	})
}

// Heads that are not complete have a bound, too; who goes over it is closed, and others go on.
func TestTooManyHalfHeads(t *testing.T) {
	defer dataplane.SetMostHeads(50_000)()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, nil, toGroup("group"), pausing)
		defer b.end()
		half := "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + strings.Repeat("a", 15_000) + "\r\nX-B: " + strings.Repeat("b", 15_000)
		slow, greedy, other := b.dial(), b.dial(), b.dial()
		defer func() { _, _, _ = slow.Close(), greedy.Close(), other.Close() }()
		fmt.Fprint(slow, half)
		synctest.Wait()
		fmt.Fprint(greedy, half)
		if _, err := greedy.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("two halves have room: %v", err)
		}
		for range 2 {
			fmt.Fprint(other, "GET / HTTP/1.1\r\nHost: a\r\nX-A: ", strings.Repeat("a", 15_000), "\r\n\r\n")
			wantAnswer(t, bufio.NewReader(other), http.StatusOK, "")
		}
		fmt.Fprint(slow, "\r\n\r\n")
		wantAnswer(t, bufio.NewReader(slow), http.StatusOK, "")
		again := b.dial()
		defer func() { _ = again.Close() }()
		if _, err := io.WriteString(again, half+"\r\n\r\n"); err != nil {
			t.Error(err)
		}
		wantAnswer(t, bufio.NewReader(again), http.StatusOK, "")
	})
}

// So has a head behind a body of chunks, of which it is not known where it begins. Bodies count
// for nothing.
func TestTooManyHalfHeadsBehindChunks(t *testing.T) {
	defer dataplane.SetMostHeads(20_000)()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, nil, toGroup("group"), answering(func(*http.Request) {}))
		defer b.end()
		conn := b.dial()
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		post := "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7530\r\n" + strings.Repeat("a", 30_000) + "\r\n0\r\n\r\n"
		field := "X-A: " + strings.Repeat("a", 10_000) + "\r\n"
		for range 3 {
			fmt.Fprint(conn, post)
			wantAnswer(t, reader, http.StatusOK, "ok")
			fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n", field, "\r\n")
			wantAnswer(t, reader, http.StatusOK, "ok")
		}
		fmt.Fprint(conn, post)
		wantAnswer(t, reader, http.StatusOK, "ok")
		go func() { _, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n"+strings.Repeat(field, 3)) }()
		began := time.Now()
		if _, err := reader.ReadByte(); err != io.EOF || time.Since(began) > time.Second {
			t.Errorf("it has room: %v after %v", err, time.Since(began))
		}
	})
}
