package proxy

import (
	"net/http"
	"time"
)

// streamWriter answers a request in HTTP/2, and ends its stream when the client takes nothing
// of what is written for the idle time. Net/http's own deadline would end one that waits for
// its target, too.
type streamWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	idle    time.Duration
	timer   *time.Timer
}

func newStreamWriter(w http.ResponseWriter, idle time.Duration) *streamWriter {
	return &streamWriter{ResponseWriter: w, control: http.NewResponseController(w), idle: idle}
}

// Unwrap is for http.ResponseController.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *streamWriter) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.timer.Stop()
	return n, err
}

// FlushError writes what Write has left.
func (w *streamWriter) FlushError() error {
	w.begin()
	err := w.control.Flush()
	w.timer.Stop()
	return err
}

func (w *streamWriter) begin() {
	if w.timer == nil {
		w.timer = time.AfterFunc(w.idle, func() { _ = w.control.SetWriteDeadline(time.Unix(1, 0)) })
	} else {
		w.timer.Reset(w.idle)
	}
}

// end gives the client as long for what net/http writes after the handler.
func (w *streamWriter) end(r *http.Request) {
	if w.timer != nil && r.Context().Err() == nil {
		_ = w.control.SetWriteDeadline(time.Now().Add(w.idle))
	}
}
