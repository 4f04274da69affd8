package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
)

// answer is what a bare server answers to every request: what the emulator answered.
type answer struct {
	Header map[string]string
	Body   []byte
}

// startEcho starts a bare server in a process of its own.
func (b *bench) startEcho(a answer) (*process, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "answer.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	cmd, err := ownRole("echo", file)
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	return startProcess(cmd)
}

// serveEcho is the bare server: it reads the whole body of each request and sends
// the answer in the file that its argument names.
func serveEcho(args []string) error {
	if len(args) != 1 {
		return errors.New("echo: needs a file")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var a answer
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
	untilParentEnds()
	return srv.Close()
}

func (a answer) handler() http.Handler {
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
