// Package bareserver is the least that answers as the emulator does: a server of net/http that sends the same bytes
// to each request, whose figures stand beside the emulator's.
package bareserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
)

// Answer is what a bare server answers to every request: what the emulator answered.
type Answer struct {
	Header map[string]string
	Body   []byte
}

// Write writes an answer to a file, for Serve.
func (a Answer) Write(file string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// Serve reads the whole body of each request and sends the answer in a file, until wait returns. It prints
// where it listens.
func Serve(file string, wait func()) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var a Answer
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: a.handler()}
	go func() { _ = srv.Serve(listener) }() // until srv.Close
	fmt.Println("ready at http://" + listener.Addr().String())
	wait()
	return srv.Close()
}

func (a Answer) handler() http.Handler {
	delete(a.Header, "Date") // net/http's own
	buffers := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(in)
		in.Reset()
		if _, err := in.ReadFrom(r.Body); err != nil {
			return // the client went away
		}
		h := w.Header()
		for name, value := range a.Header {
			h[name] = []string{value}
		}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(a.Body)
	})
}
