//go:build !windows

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// NotifyResize tells of a terminal that has a new size.
func NotifyResize(c chan<- os.Signal) { signal.Notify(c, syscall.SIGWINCH) }
