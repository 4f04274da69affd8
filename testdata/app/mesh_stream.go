package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/coder/websocket"
)

// echoes are messages that come back over one connection, which is made anew when it has ended. The text of such a call
// is how many connections there have been.
type echoes struct {
	mu    sync.Mutex // held while a message is on its way
	conns int
	echo  func(context.Context, string) (string, error) // nil: there is no connection
	by    string
}

// over sends a message and awaits it.
func (e *echoes) over(ctx context.Context, dial func() (by string, echo func(context.Context, string) (string, error), err error)) (text, by string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.echo == nil {
		e.conns++
		if e.by, e.echo, err = dial(); err != nil {
			e.echo = nil
			return "", "", err
		}
	}
	back, err := e.echo(ctx, "a message")
	if err == nil && back != "a message" {
		err = errors.New("another message came back: " + back)
	}
	if err != nil {
		e.echo = nil
	}
	return strconv.Itoa(e.conns), e.by, err
}

func (e *echoes) overWebSocket(ctx context.Context, c *called) (text, by string, err error) {
	return e.over(ctx, func() (string, func(context.Context, string) (string, error), error) {
		conn, answer, err := websocket.Dial(ctx, c.url, nil)
		if err != nil {
			return "", nil, err
		}
		return answer.Header.Get("X-Hostname"), func(ctx context.Context, message string) (string, error) {
			if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
				return "", err
			}
			_, back, err := conn.Read(ctx)
			return string(back), err
		}, nil
	})
}

func echoOverWebSocket(w http.ResponseWriter, r *http.Request) {
	name, _ := os.Hostname()
	w.Header().Set("X-Hostname", name)
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil || conn.Write(r.Context(), kind, message) != nil {
			_ = conn.CloseNow()
			return
		}
	}
}

var priorKnowledge = func() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols}}
}()

func (e *echoes) overGRPC(ctx context.Context, c *called) (text, by string, err error) {
	return e.over(ctx, func() (string, func(context.Context, string) (string, error), error) {
		there, body := io.Pipe()
		r, err := http.NewRequest(http.MethodPost, c.url, there) // outlives this call
		if err != nil {
			return "", nil, err
		}
		r.Header.Set("Content-Type", "application/grpc")
		r.Header.Set("Te", "trailers")
		answer, err := priorKnowledge.Do(r)
		if err != nil {
			return "", nil, err
		}
		if status := answer.Header.Get("Grpc-Status"); status != "" && status != "0" {
			_ = answer.Body.Close()
			return "", nil, errors.New("gRPC status " + status + ": " + answer.Header.Get("Grpc-Message"))
		}
		return answer.Header.Get("X-Hostname"), func(ctx context.Context, message string) (string, error) {
			stop := context.AfterFunc(ctx, func() { _ = answer.Body.Close() })
			defer stop()
			if err := writeMessage(body, message); err != nil {
				return "", err
			}
			return readMessage(answer.Body)
		}, nil
	})
}

func echoOverGRPC(w http.ResponseWriter, r *http.Request) {
	name, _ := os.Hostname()
	w.Header().Set("X-Hostname", name)
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	flush := http.NewResponseController(w).Flush
	_ = flush()
	for {
		message, err := readMessage(r.Body)
		if err != nil || writeMessage(w, message) != nil || flush() != nil {
			w.Header().Set("Grpc-Status", "0")
			return
		}
	}
}

// Messages have the frames of gRPC: no compression, and the length.
func writeMessage(w io.Writer, message string) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...))
	return err
}

func readMessage(r io.Reader) (string, error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", err
	}
	message := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, err := io.ReadFull(r, message)
	return string(message), err
}
