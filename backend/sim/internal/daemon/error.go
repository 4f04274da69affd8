// Package daemon has the errors of a Docker engine, in its words.
package daemon

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// daemonError is a text as a Docker client sees it, without that of its kind.
type daemonError struct {
	text string
	kind error // one of package backend's, or nil
}

func (e *daemonError) Error() string { return e.text }
func (e *daemonError) Unwrap() error { return e.kind }

// Text is an error with that text alone, and with the meaning of a kind of package backend's; nil is
// none.
func Text(kind error, text string) error { return &daemonError{text, kind} }

// Errorf is an answer of the engine, of a kind of package backend's; nil is none.
func Errorf(kind error, format string, args ...any) error {
	return Text(kind, "Error response from daemon: "+fmt.Sprintf(format, args...))
}

// NotFoundf is the engine's answer for what it does not have.
func NotFoundf(kind backend.Kind, format string, args ...any) error {
	return &backend.NotFoundError{Kind: kind, Err: Errorf(nil, format, args...)}
}
