//go:build !windows

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyResize tells of a terminal that has a new size.
func notifyResize(c chan<- os.Signal) { signal.Notify(c, syscall.SIGWINCH) }
